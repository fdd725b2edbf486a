import { chmod, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";

/** A login that is kept. */
export type SavedLogin = {
  name: string;
  accessToken: string;
  /** When the access token ends, in milliseconds since 1970. */
  expireMs: number;
  refreshToken: string;
};

/** The logins of this user, by the address of the server. */
export type CredentialsFile = {
  readonly path: string;
  /** The login at a server; undefined without one. */
  read(server: string): Promise<SavedLogin | undefined>;
  /**
   * Changes the login at a server while no other process does: `change` gets what
   * is there by then and gives what is to be there, undefined for nothing.
   */
  update(
    server: string,
    change: (login: SavedLogin | undefined) => Promise<SavedLogin | undefined>,
  ): Promise<SavedLogin | undefined>;
};

type Content = { version: 1; servers: Record<string, SavedLogin> };

/**
 * After how long a lock was left behind by a process that died, and how long one waits for another, in milliseconds.
 * Longer than a call may take: two that renew one login would end it.
 */
const staleMs = 120_000;
const patienceMs = 150_000;

/** The file of this user: $XDG_CONFIG_HOME/phoenix/credentials.json, else ~/.config/phoenix/credentials.json. */
export function defaultCredentialsPath(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CONFIG_HOME || join(homedir(), ".config"), "phoenix", "credentials.json");
}

/** Opens the file at a path, which need not be there. Only its owner can read what it writes. */
export function openCredentialsFile(path: string): CredentialsFile {
  const keyOf = (server: string): string => new URL(server).origin;
  return {
    path,
    read: async (server) => (await readContent(path)).servers[keyOf(server)],
    update: (server, change) =>
      withLock(path, async () => {
        const content = await readContent(path);
        const login = await change(content.servers[keyOf(server)]);
        const { [keyOf(server)]: _before, ...others } = content.servers;
        const servers = login === undefined ? others : { ...others, [keyOf(server)]: login };
        await writeContent(path, { version: 1, servers });
        return login;
      }),
  };
}

async function readContent(path: string): Promise<Content> {
  try {
    const content = JSON.parse(await readFile(path, "utf8")) as Partial<Content>;
    if (content.version === 1 && typeof content.servers === "object") return content as Content;
    throw new CommandError(
      `${path} is not a file of logins of this version: remove it and log in again`,
      exitCodes.usage,
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { version: 1, servers: {} };
    if (!(error instanceof SyntaxError)) throw error;
    throw new CommandError(`${path} is not JSON: remove it and log in again`, exitCodes.usage, { cause: error });
  }
}

async function writeContent(path: string, content: Content): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await writeFile(partial, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
    // A file that was there with other rights keeps them through the flag above.
    await chmod(partial, 0o600);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const lock = `${path}.lock`;
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      await (await open(lock, "wx", 0o600)).close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const left = await stat(lock).catch((error: NodeJS.ErrnoException) => {
      // Given back between the two looks: the next attempt shows.
      if (error.code !== "ENOENT") throw error;
      return undefined;
    });
    if (left !== undefined && Date.now() - left.mtimeMs > staleMs) await rm(lock, { force: true });
    else if (Date.now() > end) {
      throw new CommandError(`another command holds ${lock}: end it, or remove that file`, exitCodes.timedOut);
    } else await delay(50);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}
