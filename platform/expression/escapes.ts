/** Letters that mean the same after a backslash in RE2 and in JavaScript without flags; \x has a rule of its own. */
const lettersReadAlike = "dDwWsSbBtnrfv";

/** Says what is wrong with the escape that `rest` begins with; null when both engines read it alike. */
export function findEscapeProblem(rest: string): string | null {
  const escaped = rest.charAt(1);
  if (escaped === "") return "a backslash at the end escapes nothing; write \\\\ for a backslash";
  if (escaped === "x") return /^\\x[0-9A-Fa-f]{2}/.test(rest) ? null : "\\x needs two hexadecimal digits";
  if (escaped === "0") return "\\0 is not read alike by RE2 and JavaScript; write \\x and two hexadecimal digits";
  if (/[1-9k]/.test(escaped)) return `\\${escaped} refers back to a group, and RE2 has no backreference`;
  if (/[A-Za-z]/.test(escaped)) {
    if (lettersReadAlike.includes(escaped)) return null;
    return `\\${escaped} is not read alike by RE2 and JavaScript; spell the characters out`;
  }
  // RE2 takes a backslash before punctuation of ASCII only.
  return /[ -~]/.test(escaped) ? null : "a backslash before this character is refused by RE2; write it without";
}

/** Says why a character cannot stand for itself; null when it can. */
export function findCharacterProblem(character: string): string | null {
  if (/\p{Cc}/u.test(character)) return "a control character cannot stand here; write \\t, \\n or \\x and its number";
  // Two units to JavaScript and one character to RE2, so that [😀] and 😀+ would differ.
  if (/[\uD800-\uDFFF]/.test(character)) return "a character above U+FFFF is two characters to JavaScript; write a dot";
  return null;
}
