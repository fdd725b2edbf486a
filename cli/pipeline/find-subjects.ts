import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { isPath } from "./subjects.ts";

/**
 * What the arguments of a command line mean, one after the other: in place of a folder stand the .yaml and
 * .yml files that are in it, by name. Throws a usage CommandError for a path that is not there and for a
 * folder without such a file.
 */
export async function findSubjects(texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const text of texts) found.push(...(isPath(text) && text !== "-" ? await filesOf(text) : [text]));
  return found;
}

async function filesOf(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name)).toSorted();
    if (names.length > 0) return names.map((name) => join(path, name));
  } catch (error) {
    throw new CommandError(`cannot read ${path}: ${(error as Error).message}`, exitCodes.usage, { cause: error });
  }
  throw new CommandError(`${path} has no .yaml file`, exitCodes.usage);
}
