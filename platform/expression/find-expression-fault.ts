import { readClass } from "./classes.ts";
import { findCharacterProblem, findEscapeProblem } from "./escapes.ts";
import { OpenGroup } from "./open-group.ts";

/** What is wrong with an expression, and where. */
export interface ExpressionFault {
  /** Character, from 1. */
  position: number;
  /** What is wrong there and what to write, in one clause. */
  problem: string;
}

/** Longest expression, in characters; the contract has the same limit. */
export const longestExpression = 512;

/** RE2 refuses higher counts. Source: https://github.com/google/re2/wiki/Syntax */
const highestCount = 1_000;

const quantifier = /^(?:[*+?]|\{(\d+)(,(\d*))?\})\??/;
const onlyGroup = "of the groups that begin with (? only (?:...) is read alike by both";
const groupProblems: readonly (readonly [opening: RegExp, problem: string])[] = [
  [/^\(\?[=!]/, "this looks ahead, which RE2 does not do"],
  [/^\(\?<[=!]/, "this looks behind, which RE2 does not do"],
  [/^\(\?P?</, "a group needs no name here, and (?P is not JavaScript"],
  [/^\(\?[A-Za-z-]+[:)]/, "flags such as (?i) are not read alike; write [Nn] for both cases"],
  [/^\(\?(?!:)/, "this group is unknown to one of them"],
];

/**
 * Finds what keeps an expression from meaning the same to RE2 (a collector) and
 * to JavaScript (the agent), or from being decided soon by both; null when
 * nothing does. Not checked: that `\s` and `.` differ on characters such as the
 * no-break space and U+2028. `longest` is the greatest length, in characters.
 *
 * Source of the RE2 side: https://github.com/google/re2/wiki/Syntax
 */
export function findExpressionFault(text: string, longest = longestExpression): ExpressionFault | null {
  if (text === "") return { position: 1, problem: "it is empty; write a name, or a pattern such as payment-.*" };
  if (text.length > longest) {
    return { position: longest + 1, problem: `it is longer than ${longest} characters; split it into several` };
  }
  const fault = scan(text);
  if (fault !== null) return fault;
  try {
    new RegExp(text);
    return null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { position: 1, problem: `it is not a regular expression (${error.message})` };
  }
}

function scan(text: string): ExpressionFault | null {
  const groups = [new OpenGroup(-1)];
  let at = 0;
  while (at < text.length) {
    const read = readPart(text.slice(at), at, groups);
    if (typeof read === "object") return { position: at + (read.at ?? 0) + 1, problem: read.problem };
    if (groups.at(-1)?.isBeyondTrying()) {
      return {
        position: at + 1,
        problem: "up to here it repeats or chooses so often in a row that trying it can take for ever; split it",
      };
    }
    at += read;
  }
  const open = groups.pop();
  if (open === undefined || groups.length === 0) return null;
  return { position: open.at + 1, problem: "this group is never closed; write \\( for a bracket" };
}

/** Reads the part that `rest` begins with into the innermost group; gives its length, or its problem. */
function readPart(rest: string, at: number, groups: OpenGroup[]): number | { problem: string; at?: number } {
  const group = groups.at(-1) as OpenGroup;
  const single = { ways: 1, branches: false };
  const repeat = quantifier.exec(rest);
  if (repeat !== null) {
    const problem = findRepeatProblem(repeat, group);
    return problem === null ? repeat[0].length : { problem };
  }
  switch (rest[0]) {
    case "\\": {
      const problem = findEscapeProblem(rest);
      if (problem !== null) return { problem };
      // JavaScript does not repeat a place between characters.
      group.add(/[bB]/.test(rest.charAt(1)) ? null : single);
      return 2;
    }
    case "[": {
      const read = readClass(rest);
      if (read.problem !== undefined) return read;
      group.add(single);
      return read.length;
    }
    case "(": {
      const problem = groupProblems.find(([opening]) => opening.test(rest))?.[1];
      if (problem !== undefined) return { problem: `${problem}; ${onlyGroup}` };
      groups.push(new OpenGroup(at));
      return rest.startsWith("(?:") ? 3 : 1;
    }
    case ")":
      if (groups.length === 1) return { problem: "this closes a group that was not opened; write \\) for a bracket" };
      groups.pop();
      groups.at(-1)?.add(group.close());
      return 1;
    case "|":
      group.choose();
      return 1;
    case "^":
    case "$":
      group.add(null);
      return 1;
    default: {
      const problem = findCharacterProblem(rest.charAt(0));
      if (problem !== null) return { problem };
      group.add(single);
      return 1;
    }
  }
}

function findRepeatProblem(repeat: RegExpExecArray, group: OpenGroup): string | null {
  const [written, from, comma, to] = repeat;
  if (from === undefined) {
    return group.repeat({ least: written[0] === "+" ? 1 : 0, most: written[0] === "?" ? 1 : Infinity });
  }
  const least = Number(from);
  const most = comma === undefined ? least : to ? Number(to) : Infinity;
  if (least > highestCount || (most > highestCount && most !== Infinity)) {
    return `RE2 repeats at most ${highestCount} times`;
  }
  if (/^0\d/.test(from) || /^0\d/.test(to ?? "")) return "RE2 does not read a count that begins with 0";
  if (least > most) return `the counts of ${written} are out of order`;
  return group.repeat({ least, most });
}
