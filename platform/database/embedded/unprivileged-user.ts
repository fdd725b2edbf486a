import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";

/** A user PostgreSQL can run as: it refuses root. */
export interface UnprivilegedUser {
  /** Name, for messages. */
  name: string;
  /** User id. */
  uid: number;
  /** Primary group id. */
  gid: number;
}

const run = promisify(execFile);

/**
 * The user to run as where this process is root (`postgres`, else `nobody`); undefined where it is not root.
 * @throws Error when the system has neither.
 */
export async function findUnprivilegedUser(): Promise<UnprivilegedUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    try {
      const [uid, gid] = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]);
      return { name, uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch (error) {
      // `id` ends with 1 for a name the system does not have; the next name is tried.
      if ((error as { code?: unknown }).code !== 1) throw error;
    }
  }
  throw new Error(
    "this process is root and the system has neither a user postgres nor a user nobody to run PostgreSQL as",
  );
}

/**
 * The outermost directory on the way to `path` (itself included) that `user`
 * may not pass, by its mode bits; undefined when none is in the way.
 */
export async function findBarrier(path: string, user: UnprivilegedUser): Promise<string | undefined> {
  const parent = dirname(path);
  const above = parent === path ? undefined : await findBarrier(parent, user);
  if (above !== undefined) return above;
  const { mode, uid, gid } = await stat(path);
  const passBit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  return (mode & passBit) === 0 ? path : undefined;
}
