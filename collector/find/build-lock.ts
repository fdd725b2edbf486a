import { mkdir, open, readFile, rm, stat, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const heartbeatMs = 2_000;
const staleAfterMs = 15_000;

/** A lock that is held; `release` gives it back. */
export type BuildLock = { release(): Promise<void> };

/**
 * Takes a lock file, waiting while another living process holds it. The holder touches the file
 * every two seconds, so a lock left by a killed process is taken over after fifteen. `onWait` is
 * called once when waiting begins. It keeps two builds from running at once; should two
 * processes ever both hold it, the only harm is a second build.
 */
export async function takeBuildLock(
  path: string,
  options: { onWait: () => void; signal?: AbortSignal | undefined },
): Promise<BuildLock> {
  await mkdir(dirname(path), { recursive: true });
  let waiting = false;
  for (;;) {
    options.signal?.throwIfAborted();
    const token = `${process.pid} ${crypto.randomUUID()}\n`;
    if (await create(path, token)) return hold(path, token);
    if (await isStale(path)) {
      await rm(path, { force: true });
      continue;
    }
    if (!waiting) options.onWait();
    waiting = true;
    await wait(500);
  }
}

async function create(path: string, token: string): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o600);
    await file.writeFile(token);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > staleAfterMs;
  } catch (error) {
    // Gone between the two looks: its holder gave it back.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return true;
    throw error;
  }
}

function hold(path: string, token: string): BuildLock {
  const beat = setInterval(() => {
    const now = new Date();
    // A heartbeat that fails lets the lock look stale, which costs a second build and nothing else.
    utimes(path, now, now).catch(() => undefined);
  }, heartbeatMs);
  beat.unref();
  return {
    async release() {
      clearInterval(beat);
      const holder = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return "";
        throw error;
      });
      if (holder === token) await rm(path, { force: true });
    },
  };
}
