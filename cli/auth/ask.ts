import { createInterface } from "node:readline/promises";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import type { Terminal } from "../output/output.ts";

/** Asks for a line on the terminal; where nobody can answer, throws a usage CommandError that says how to go on without. */
export async function askLine(
  terminal: Terminal,
  question: string,
  without: string,
  signal: AbortSignal,
): Promise<string> {
  requirePerson(question, without);
  const asking = createInterface({ input: process.stdin, output: terminal.err });
  try {
    return (await asking.question(`${question}: `, { signal })).trim();
  } finally {
    asking.close();
  }
}

/** As {@link askLine}, without showing what is typed. */
export async function askSecret(
  terminal: Terminal,
  question: string,
  without: string,
  signal: AbortSignal,
): Promise<string> {
  requirePerson(question, without);
  const { stdin } = process;
  terminal.err.write(`${question}: `);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let typed = "";
  const onData = (text: string): void => {
    for (const key of text) {
      if (key === "\r" || key === "\n") resolve(typed);
      else if (key === "\u0003" || key === "\u0004") reject(new CommandError("interrupted", exitCodes.interrupted));
      else if (key === "\u007f" || key === "\b") typed = [...typed].slice(0, -1).join("");
      else if (key === "\u0015") typed = "";
      else typed += key;
    }
  };
  const onAbort = (): void => reject(new CommandError("interrupted", exitCodes.interrupted));
  signal.addEventListener("abort", onAbort, { once: true });
  stdin.setRawMode(true);
  stdin.setEncoding("utf8").on("data", onData).resume();
  try {
    return await promise;
  } finally {
    stdin.off("data", onData).pause();
    stdin.setRawMode(false);
    signal.removeEventListener("abort", onAbort);
    terminal.err.write("\n");
  }
}

/** The lines of standard input. */
export async function readLines(): Promise<string[]> {
  let text = "";
  process.stdin.setEncoding("utf8");
  for await (const part of process.stdin) text += part as string;
  return text.replace(/\r?\n$/, "").split(/\r?\n/);
}

function requirePerson(question: string, without: string): void {
  if (!process.stdin.isTTY)
    throw new CommandError(`${question}? Nobody is there to answer: ${without}`, exitCodes.usage);
}
