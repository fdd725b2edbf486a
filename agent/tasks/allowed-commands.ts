import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The digests of the programs that may run, or why none may. */
export type AllowedCommands = { digests: ReadonlySet<string> } | { refusal: string };

/** Name of the file on the host, in the agent's state directory. */
export const allowListName = "allowed-commands.json";

/**
 * Reads the host's own list of programs that tasks may run: a JSON array of
 * SHA-256 digests in lower-case hex. Without the file, with a damaged one, or
 * with one that others may write, nothing may run.
 */
export async function readAllowedCommands(directory: string): Promise<AllowedCommands> {
  const path = join(directory, allowListName);
  try {
    const { mode, uid } = await lstat(path);
    const ours = uid === 0 || uid === process.getuid?.();
    if ((mode & 0o170022) !== 0o100000 || !ours) {
      return { refusal: `${path} has to be a plain file of root's or the agent's that nobody else may write` };
    }
    const list: unknown = JSON.parse(await readFile(path, "utf8"));
    if (!Array.isArray(list) || !list.every((digest) => typeof digest === "string" && /^[0-9a-f]{64}$/.test(digest))) {
      return { refusal: `${path} is not a JSON array of SHA-256 digests in lower-case hex` };
    }
    return { digests: new Set(list) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { refusal: `this host has no ${path}` };
    if (error instanceof SyntaxError) return { refusal: `${path} is not JSON` };
    throw error;
  }
}
