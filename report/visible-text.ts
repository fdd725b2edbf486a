/** Controls, marks that turn the direction of a text, and characters without a width that no script needs. */
const acting = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/**
 * Text from outside with nothing left in it that acts instead of being seen: a
 * terminal would obey an escape sequence, and a page would let a direction mark
 * turn the words around it. Line breaks stay; half a surrogate pair becomes U+FFFD.
 */
export function visibleText(text: string): string {
  return text.toWellFormed().replaceAll(acting, (character) => {
    if (character === "\n") return character;
    const code = character.codePointAt(0) ?? 0;
    // U+2400 to U+2421 are pictures of the controls of ASCII.
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    if (code === 0x7f) return "\u2421";
    return `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
  });
}
