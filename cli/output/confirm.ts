import { createInterface } from "node:readline/promises";
import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Terminal } from "./output.ts";

/** Asks on the terminal; where nobody can answer it throws a usage CommandError that says how to go on without. */
export async function confirm(terminal: Terminal, question: string, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new CommandError(`${question} Nobody is there to answer: say --yes`, exitCodes.usage);
  }
  const asking = createInterface({ input: process.stdin, output: terminal.err });
  try {
    return /^y(es)?$/i.test((await asking.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    asking.close();
  }
}
