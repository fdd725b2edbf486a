import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { Code, ErrorReason, type PhoenixError, phoenixError } from "../../errors/index.ts";
import { sleep } from "../../lifecycle/index.ts";
import type { PostgresBinaries } from "./binaries.ts";
import type { Cluster } from "./cluster.ts";
import { type PostmasterFile, parsePostmasterFile } from "./postmaster-file.ts";
import { inspectProcess } from "./process-state.ts";
import { postgresSettings } from "./settings.ts";
import type { UnprivilegedUser } from "./unprivileged-user.ts";

/** A running server process. */
export interface Postmaster {
  /** Process id. */
  pid: number;
  /** Port on 127.0.0.1. */
  port: number;
  /** True when it ran already. */
  found: boolean;
}

/** What a server process needs. */
export interface PostmasterOptions {
  cluster: Cluster;
  binaries: PostgresBinaries;
  user: UnprivilegedUser | undefined;
  /** False trades safety against a crash of the machine for speed. */
  durable: boolean;
}

const pollMs = 25;
/** Pause before another try after a start that failed. */
const retryMs = 200;
/** Longest wait for a server to be ready: after a crash it first replays what it had logged. */
const readyWithinMs = 120_000;

/**
 * Gives the server process of a cluster: the one that runs, or a new one on
 * `port` (any free port when it is 0; waits for one that is taken).
 * @throws PhoenixError DATABASE_UNAVAILABLE with PostgreSQL's own words when it does not start.
 */
export async function ensurePostmaster(options: PostmasterOptions, port = 0): Promise<Postmaster> {
  const deadline = Date.now() + readyWithinMs;
  let child: ChildProcess | undefined;
  while (Date.now() < deadline) {
    const file = await readPostmasterFile(options.cluster);
    const state = file === undefined ? "gone" : await inspectProcess(file.pid);
    if (file !== undefined && state === "postgres") {
      if (file.status === "ready") return { pid: file.pid, port: file.port, found: file.pid !== child?.pid };
    } else if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      if (child !== undefined) {
        await requirePassingFailure(options.cluster);
        await sleep(retryMs);
      }
      if (file !== undefined && state !== "gone") await disownFile(options.cluster, file);
      child = await spawnPostmaster(options, port === 0 ? await freePort() : port);
    }
    await sleep(pollMs);
  }
  throw notStarted(options.cluster, `it was not ready after ${readyWithinMs / 1000} s`);
}

/**
 * Stops a server process without waiting for its clients, and waits until it is gone.
 * @throws PhoenixError INTERNAL when it is still there after 40 s.
 */
export async function stopPostmaster({ pid }: Pick<Postmaster, "pid">, cluster: Cluster): Promise<void> {
  // Fast shutdown first; immediate shutdown for one that does not manage, which recovers at its next start.
  for (const [signal, withinMs] of [
    ["SIGINT", 30_000],
    ["SIGQUIT", 10_000],
  ] as const) {
    if ((await inspectProcess(pid)) !== "postgres") return;
    process.kill(pid, signal);
    for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(pollMs)) {
      if ((await inspectProcess(pid)) !== "postgres") return;
    }
  }
  throw phoenixError(
    ErrorReason.INTERNAL,
    `PostgreSQL (process ${pid}) did not stop when asked twice; its files are in ${cluster.dataDir}. Look at its log there, then end it by hand`,
  );
}

async function readPostmasterFile(cluster: Cluster): Promise<PostmasterFile | undefined> {
  try {
    return parsePostmasterFile(await readFile(join(cluster.path, "postmaster.pid"), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Lets PostgreSQL start although the process id in its file belongs, by now, to
 * a stranger or to a dead process nobody reaped. The id is replaced by one that
 * is surely dead and the file stays, because PostgreSQL also checks the shared
 * memory named in it and must go on doing so.
 */
async function disownFile(cluster: Cluster, file: PostmasterFile): Promise<void> {
  const path = join(cluster.path, "postmaster.pid");
  const dead = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(dead, "close");
  const text = await readFile(path, "utf8");
  if (parsePostmasterFile(text)?.pid !== file.pid || (await inspectProcess(file.pid)) === "postgres") return;
  await writeFile(path, text.replace(/^\d+/, String(dead.pid)));
}

async function spawnPostmaster(options: PostmasterOptions, port: number): Promise<ChildProcess> {
  const { cluster, binaries, user, durable } = options;
  const log = await open(logPath(cluster), "w", 0o600);
  try {
    const child = spawn(binaries.postgres, ["-D", cluster.path, ...postgresSettings(port, durable)], {
      // Its own session: Ctrl-C at a terminal is for Phoenix, which then stops it in order.
      detached: true,
      cwd: "/",
      // No variable of ours reaches it: PGDATA and the like would change what it does.
      env: { LC_ALL: "C", TZ: "UTC" },
      stdio: ["ignore", log.fd, log.fd],
      ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
    });
    await once(child, "spawn");
    return child;
  } catch (error) {
    throw notStarted(cluster, (error as Error).message, error);
  } finally {
    await log.close();
  }
}

/** Throws in PostgreSQL's own words unless the start failed for a reason that passes. */
async function requirePassingFailure(cluster: Cluster): Promise<void> {
  const log = await readFile(logPath(cluster), "utf8");
  // Someone took the port between its choice and its use, or another Phoenix started the server first.
  if (/could not bind|could not create any TCP\/IP sockets|lock file ".*" already exists/.test(log)) return;
  const words = log.split("\n").filter((line) => /FATAL|PANIC|HINT|error while loading/.test(line));
  throw notStarted(cluster, words.at(-1) ?? `it ended at once; see ${logPath(cluster)}`);
}

function logPath(cluster: Cluster): string {
  return join(cluster.dataDir, "postgres.log");
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

function notStarted(cluster: Cluster, why: string, cause?: unknown): PhoenixError {
  return phoenixError(
    ErrorReason.DATABASE_UNAVAILABLE,
    `the embedded PostgreSQL in ${cluster.dataDir} did not start: ${why}. Put that right, or name another PostgreSQL with PHOENIX_DATABASE_URL`,
    { code: Code.FailedPrecondition, cause },
  );
}
