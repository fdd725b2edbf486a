import { rename, rm, writeFile } from "node:fs/promises";
import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Terminal } from "./output.ts";

/**
 * Writes an answer to standard output, or whole to the file at `path`: it is
 * there in full or not at all. Throws a usage CommandError when it cannot be written.
 */
export async function writeAnswer(terminal: Terminal, path: string | undefined, text: string): Promise<void> {
  if (path === undefined) {
    terminal.out.write(text);
    return;
  }
  await writeWhole(path, (partial) => writeFile(partial, text));
  terminal.err.write(`written to ${path}\n`);
}

/** Has `write` fill a file beside `path`, and puts it in its place when that went well. */
export async function writeWhole(path: string, write: (partialPath: string) => Promise<void>): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await write(partial);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    const { syscall, message } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new CommandError(`${path} cannot be written: ${message}`, exitCodes.usage, { cause: error });
  }
}
