import { findCharacterProblem, findEscapeProblem } from "./escapes.ts";

/** A character class that was read, or what is wrong with it and how many characters into it. */
export type ClassReading = { length: number; problem?: never } | { problem: string; at: number };

/** Reads the character class that `rest` begins with. */
export function readClass(rest: string): ClassReading {
  const first = rest[1] === "^" ? 2 : 1;
  if (rest[first] === "]") {
    return { problem: "a class cannot begin with ]: an empty class to JavaScript, not to RE2; write \\]", at: 0 };
  }
  let at = first;
  let afterSet = false;
  while (at < rest.length && rest[at] !== "]") {
    const here = rest.slice(at);
    const isEscape = here[0] === "\\";
    const problem = isEscape ? findEscapeProblem(here) : findCharacterProblem(here.charAt(0));
    if (problem !== null) return { problem, at };
    if (isEscape && /[bB]/.test(here.charAt(1))) {
      return { problem: `\\${here[1]} has no meaning in a class for RE2`, at };
    }
    if (here.startsWith("[:")) {
      return { problem: "POSIX classes such as [:alpha:] are not read by JavaScript; write a-zA-Z", at };
    }
    const toSet = at > first && /^-\\[dDwWsS]/.test(here);
    if (toSet || (afterSet && /^-[^\]]/.test(here))) {
      return { problem: "a range cannot begin or end with a set such as \\d; write the - last in the class", at };
    }
    afterSet = isEscape && /[dDwWsS]/.test(here.charAt(1));
    at += isEscape ? 2 : 1;
  }
  if (at >= rest.length) return { problem: "this class is never closed; write \\[ for a bracket", at: 0 };
  return isInOrder(rest.slice(0, at + 1))
    ? { length: at + 1 }
    : { problem: "a range in this class is out of order", at: 0 };
}

function isInOrder(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch (error) {
    // The one thing left that JavaScript can find wrong with it.
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
