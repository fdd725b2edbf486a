/** What is wrong with an expression, and where. */
export interface ExpressionFault {
  /** Character, from 1. */
  position: number;
  /** What is wrong there, in one clause. */
  problem: string;
}

/** Largest count in a repetition that RE2 compiles. */
const largestRepeat = 1000;

/** Letters and digits that mean the same after a backslash in RE2 and in JavaScript without the u flag. */
const sharedEscapes = new Set("dDwWsSbBnrtfv");

const groupFaults: readonly (readonly [opening: string, problem: string])[] = [
  ["(?=", "looks ahead"],
  ["(?!", "looks ahead"],
  ["(?<=", "looks behind"],
  ["(?<!", "looks behind"],
];

/**
 * Checks that an expression means the same to RE2 (the collector) and to
 * JavaScript (the agent's oracle); null when it does.
 *
 * Source of the RE2 side: https://github.com/google/re2/wiki/Syntax
 */
export function findExpressionFault(expression: string): ExpressionFault | null {
  const fault = scan(expression);
  if (fault !== null) return fault;
  try {
    compileExpression(expression);
    return null;
  } catch (error) {
    // RegExp throws nothing but a SyntaxError, and its message ends with the reason.
    if (!(error instanceof SyntaxError)) throw error;
    return { position: 1, problem: error.message.split(": ").at(-1) ?? error.message };
  }
}

/** Compiles an expression so that it matches whole names only. Throws SyntaxError on a bad one. */
export function compileExpression(expression: string): RegExp {
  // Compiled bare first: `a)(b` would otherwise become valid inside the group.
  new RegExp(expression);
  return new RegExp(`^(?:${expression})$`);
}

function scan(expression: string): ExpressionFault | null {
  let classStart = -1;
  for (let at = 0; at < expression.length; at += 1) {
    const rest = expression.slice(at);
    const position = at + 1;
    if (rest[0] === "\\") {
      const problem = escapeProblem(rest, classStart !== -1);
      if (problem !== null) return { position, problem };
      at += 1;
    } else if (classStart !== -1) {
      if (rest.startsWith("[:")) return { position, problem: "POSIX classes mean something else in JavaScript" };
      if (rest[0] === "]") classStart = -1;
    } else if (rest[0] === "[") {
      if (/^\[\^?\]/.test(rest)) return { position, problem: "an empty class is not allowed in RE2" };
      classStart = at;
      if (rest[1] === "^") at += 1;
    } else {
      const problem = groupProblem(rest) ?? repeatProblem(rest);
      if (problem !== null) return { position, problem };
    }
  }
  return classStart === -1 ? null : { position: classStart + 1, problem: "this class is never closed" };
}

function escapeProblem(rest: string, inClass: boolean): string | null {
  const letter = rest[1];
  if (letter === undefined) return "a backslash at the end escapes nothing";
  if (/[1-9]/.test(letter) || rest.startsWith("\\k<")) return "a backreference, which RE2 does not have";
  if (letter === "x") {
    return /^\\x[0-9A-Fa-f]{2}/.test(rest) ? null : "\\x needs two hexadecimal digits";
  }
  if (inClass && (letter === "b" || letter === "B")) return `\\${letter} in a class is not allowed in RE2`;
  if (!/[A-Za-z0-9]/.test(letter) || sharedEscapes.has(letter)) return null;
  return `\\${letter} does not mean the same in RE2 and in JavaScript`;
}

function groupProblem(rest: string): string | null {
  const fault = groupFaults.find(([opening]) => rest.startsWith(opening));
  if (fault !== undefined) return `${fault[0]} ${fault[1]}, which RE2 does not do`;
  if (/^\(\?P[<=>]/.test(rest)) return "(?P is not JavaScript; a group needs no name here";
  if (/^\(\?[ims]*(-[ims]*)?U/.test(rest)) return "the flag U is not JavaScript";
  if (/^\(\?[ims-]+\)/.test(rest)) return "flags for the rest of an expression are not JavaScript; write (?i:...)";
  return null;
}

function repeatProblem(rest: string): string | null {
  const counts = /^\{(\d+)(?:,(\d*))?\}/.exec(rest);
  if (counts === null) return null;
  const largest = Math.max(Number(counts[1]), Number(counts[2] || 0));
  return largest > largestRepeat ? `RE2 repeats at most ${largestRepeat} times` : null;
}
