import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  access,
  chmod,
  chown,
  constants,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Code, ErrorReason, type PhoenixError, phoenixError } from "../../errors/index.ts";
import type { PostgresBinaries } from "./binaries.ts";
import { findBarrier, type UnprivilegedUser } from "./unprivileged-user.ts";

/** The files of a PostgreSQL. */
export interface Cluster {
  /** The directory all of it is in. */
  dataDir: string;
  /** PostgreSQL's own data directory. */
  path: string;
  /** Password of {@link clusterUser}. */
  password: string;
}

/** Name of the superuser, and of the database Phoenix uses. */
export const clusterUser = "phoenix";

const run = promisify(execFile);
const passwordFile = "phoenix.password";

/**
 * Makes the directory of a database and gives it to the user that runs PostgreSQL.
 * @throws PhoenixError DATABASE_UNAVAILABLE in one line when that cannot be.
 */
export async function prepareDirectory(dataDir: string, user: UnprivilegedUser | undefined): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await chmod(dataDir, 0o700);
    if (user !== undefined) await chown(dataDir, user.uid, user.gid);
    await access(dataDir, constants.W_OK);
  } catch (error) {
    throw unusable(dataDir, `it cannot be made or written (${(error as Error).message})`, error);
  }
  const barrier = user === undefined ? undefined : await findBarrier(dataDir, user);
  if (barrier === undefined) return;
  throw unusable(dataDir, `user ${user?.name}, which runs PostgreSQL because it refuses root, may not pass ${barrier}`);
}

/**
 * Opens the files in a prepared directory, or makes them. New files are made
 * aside and moved into place whole, so a process that dies meanwhile leaves
 * none that are half made, and of two that start at once one makes them.
 * @throws PhoenixError DATABASE_UNAVAILABLE in one line when the directory cannot be used.
 */
export async function openCluster(
  dataDir: string,
  binaries: PostgresBinaries,
  user: UnprivilegedUser | undefined,
): Promise<Cluster> {
  const path = join(dataDir, "cluster");
  try {
    return { dataDir, path, password: await readPassword(path) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw unusable(dataDir, (error as Error).message, error);
  }
  if ((await readdir(dataDir)).includes("cluster")) {
    throw unusable(dataDir, `${path} has no ${passwordFile}, so Phoenix did not make it`);
  }
  await makeCluster(dataDir, path, binaries, user);
  return { dataDir, path, password: await readPassword(path) };
}

async function readPassword(path: string): Promise<string> {
  return (await readFile(join(path, passwordFile), "utf8")).trim();
}

async function makeCluster(
  dataDir: string,
  path: string,
  binaries: PostgresBinaries,
  user: UnprivilegedUser | undefined,
) {
  const as = user === undefined ? {} : { uid: user.uid, gid: user.gid };
  let aside: string | undefined;
  try {
    aside = await mkdtemp(join(dataDir, "new-"));
    const secret = join(aside, passwordFile);
    await writeFile(secret, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
    if (user !== undefined) for (const each of [aside, secret]) await chown(each, user.uid, user.gid);
    const fresh = join(aside, "cluster");
    const options = [
      `--pgdata=${fresh}`,
      `--username=${clusterUser}`,
      `--pwfile=${secret}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      // The same order of texts on every machine, whatever locales it has.
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--locale=C",
      "--no-instructions",
    ];
    await run(binaries.initdb, options, { ...as, cwd: aside, env: { LC_ALL: "C" } });
    await rename(secret, join(fresh, passwordFile));
    await rename(fresh, path);
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    // Another process was quicker; its files are as good.
    if (code === "ENOTEMPTY" || code === "EEXIST") return;
    const words = stderr?.trim().split("\n").at(-1);
    throw unusable(dataDir, words || (error as Error).message, error);
  } finally {
    if (aside !== undefined) await rm(aside, { recursive: true, force: true });
  }
}

function unusable(dataDir: string, why: string, cause?: unknown): PhoenixError {
  return phoenixError(
    ErrorReason.DATABASE_UNAVAILABLE,
    `the database directory ${dataDir} cannot be used: ${why}. Name another directory with --data-dir, or a PostgreSQL with PHOENIX_DATABASE_URL`,
    { code: Code.FailedPrecondition, cause },
  );
}
