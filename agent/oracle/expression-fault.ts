const ESCAPES_READ_ALIKE = "dDwWsSbBtnrfvx";
const QUANTIFIER = /^(?:[*+?]|\{(\d+)(?:,(\d*))?\})\??/;
/** RE2 refuses higher counts. Source: github.com/google/re2, doc/syntax.txt. */
const HIGHEST_COUNT = 1_000;

/** What the group being read holds so far. */
interface Group {
  repeats: boolean;
  chooses: boolean;
}

/**
 * Finds what RE2 and JavaScript would not read alike in an expression, and what
 * could take JavaScript time without bound: a repeated group that itself
 * repeats or chooses. Undefined when there is nothing; the expression may still
 * not be well-formed, which only the compiler tells. Pure.
 */
export function findExpressionFault(expression: string): string | undefined {
  const groups: Group[] = [{ repeats: false, chooses: false }];
  let closed: Group | undefined;
  let at = 0;
  while (at < expression.length) {
    const group = groups.at(-1)!;
    const rest = expression.slice(at);
    const quantifier = QUANTIFIER.exec(rest);
    if (quantifier !== null) {
      const count = Math.max(Number(quantifier[1] ?? 0), Number(quantifier[2] ?? 0));
      if (count > HIGHEST_COUNT) return `it repeats more than ${HIGHEST_COUNT} times.`;
      const repeatsGroup = closed !== undefined && rest[0] !== "?";
      if (repeatsGroup && (closed!.repeats || closed!.chooses)) {
        return "it repeats a group that itself repeats or chooses, which can take for ever. Write it without the inner * + ? {} or |.";
      }
      group.repeats = true;
      closed = undefined;
      at += quantifier[0].length;
      continue;
    }
    closed = undefined;
    switch (rest[0]) {
      case "\\": {
        const fault = findEscapeFault(rest);
        if (fault !== undefined) return fault;
        at += 2;
        break;
      }
      case "[": {
        const end = findClassEnd(rest);
        if (typeof end === "string") return end;
        at += end;
        break;
      }
      case "(":
        if (rest[1] === "?" && rest[2] !== ":") {
          return "of the groups that begin with (? only (?:...) is read alike by RE2 and JavaScript. Look-around and flags are not possible.";
        }
        groups.push({ repeats: false, chooses: false });
        at += rest[1] === "?" ? 3 : 1;
        break;
      case ")":
        if (groups.length === 1) return "it closes a group that was not opened.";
        closed = groups.pop()!;
        groups.at(-1)!.repeats ||= closed.repeats;
        groups.at(-1)!.chooses ||= closed.chooses;
        at++;
        break;
      case "|":
        group.chooses = true;
        at++;
        break;
      default:
        at++;
    }
  }
  return undefined;
}

function findEscapeFault(rest: string): string | undefined {
  const escaped = rest[1];
  if (escaped === undefined) return "it ends with a backslash. Write \\\\ for a backslash.";
  if (/[0-9]/.test(escaped)) return "it refers back to a group, which RE2 does not do.";
  if (escaped === "x" && !/^\\x[0-9A-Fa-f]{2}/.test(rest)) return "\\x must be followed by two hexadecimal digits.";
  if (/[A-Za-z]/.test(escaped) && !ESCAPES_READ_ALIKE.includes(escaped)) {
    return `\\${escaped} is not read alike by RE2 and JavaScript. Spell the characters out.`;
  }
  return undefined;
}

/** Length of the character class that `rest` begins with, or what is wrong with it. */
function findClassEnd(rest: string): number | string {
  let at = rest[1] === "^" ? 2 : 1;
  if (rest[at] === "]") return "a character class cannot begin with ]. Write \\] instead.";
  for (; at < rest.length; at++) {
    if (rest[at] === "]") return at + 1;
    if (rest[at] === "[" && rest[at + 1] === ":") {
      return "classes such as [:alpha:] are not read by JavaScript. Write a-zA-Z instead.";
    }
    if (rest[at] !== "\\") continue;
    const fault = findEscapeFault(rest.slice(at));
    if (fault !== undefined) return fault;
    if (/[bB]/.test(rest[at + 1]!)) return "\\b has no meaning in a character class for RE2.";
    at++;
  }
  return "it opens a character class with [ and does not close it.";
}
