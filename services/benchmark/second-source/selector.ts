/** What a label has to be: one text, or one of several. */
export type LabelMatch = string | readonly string[];

/**
 * A PromQL selector of the series whose labels match. The names are Phoenix's own;
 * the values may be anything and are written so that the parser reads back exactly them.
 */
export function selector(matches: Readonly<Record<string, LabelMatch>>): string {
  const matchers = Object.entries(matches).map(([name, match]) =>
    typeof match === "string" ? `${name}=${quote(match)}` : `${name}=~${quote(match.map(escapePattern).join("|"))}`,
  );
  return `{${matchers.join(",")}}`;
}

/**
 * A PromQL string literal. Escapes are those of Go, which PromQL takes over; all but plain ASCII is
 * escaped, so that no lexer has an opinion about it. Half a surrogate pair becomes U+FFFD, as in UTF-8.
 */
export function quote(value: string): string {
  const escaped = Array.from(value.toWellFormed(), (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '"' || character === "\\") return `\\${character}`;
    if (code >= 0x20 && code <= 0x7e) return character;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
  return `"${escaped.join("")}"`;
}

/** A text as a pattern of RE2 that matches it alone; Prometheus anchors patterns itself. */
function escapePattern(value: string): string {
  return value.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");
}
