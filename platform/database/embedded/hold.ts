import { readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { Code, ErrorReason, phoenixError } from "../../errors/index.ts";
import { sleep } from "../../lifecycle/index.ts";
import { type Cluster, clusterUser } from "./cluster.ts";

/** Proof that this process owns an embedded database: an open session with a lock. */
export interface Hold {
  /** Resolves when the session is over: PostgreSQL stopped, died, or dropped it. */
  readonly lost: Promise<void>;
  /** Ends the session and takes the holder's name away. */
  release(): Promise<void>;
}

/** Key of the advisory lock, in the maintenance database: the letters "phxh" in ASCII. */
const lockKey = 0x70687868;
/** Longest wait for a lock that a process killed a moment ago still seems to hold. */
const patienceMs = 3_000;

/**
 * Takes hold of a running cluster and makes sure the database of Phoenix exists.
 * @throws PhoenixError DATABASE_UNAVAILABLE that names the holder when another process has it.
 */
export async function takeHold(cluster: Cluster, port: number): Promise<Hold> {
  const session = new pg.Client({
    host: "127.0.0.1",
    port,
    user: clusterUser,
    password: cluster.password,
    database: "postgres",
    application_name: "phoenix-hold",
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  // Every error of the session is followed by its end, and that is what is acted on.
  session.on("error", () => undefined);
  const lost = new Promise<void>((resolve) => session.once("end", () => resolve()));
  try {
    await session.connect();
    await acquire(session, cluster);
    const { rowCount } = await session.query("SELECT 1 FROM pg_database WHERE datname = $1", [clusterUser]);
    if (rowCount === 0) await session.query(`CREATE DATABASE ${pg.escapeIdentifier(clusterUser)}`);
    await writeFile(holderPath(cluster), `${JSON.stringify(describeSelf(port))}\n`, { mode: 0o600 });
  } catch (error) {
    await session.end();
    throw error;
  }
  return {
    lost,
    async release() {
      await rm(holderPath(cluster), { force: true });
      await session.end();
    },
  };
}

async function acquire(session: pg.Client, cluster: Cluster): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const { rows } = await session.query("SELECT pg_try_advisory_lock($1) AS mine", [lockKey]);
    if (rows[0]?.mine === true) return;
    if (Date.now() >= deadline) break;
    await sleep(50);
  }
  throw phoenixError(
    ErrorReason.DATABASE_UNAVAILABLE,
    `the database in ${cluster.dataDir} is in use by another Phoenix server (${await nameHolder(cluster)}). Stop that one, or use another --data-dir`,
    { code: Code.FailedPrecondition },
  );
}

function describeSelf(port: number) {
  const startedAt = new Date(Date.now() - process.uptime() * 1000).toISOString();
  return { pid: process.pid, startedAt, host: hostname(), databasePort: port };
}

async function nameHolder(cluster: Cluster): Promise<string> {
  try {
    const { pid, startedAt, host } = JSON.parse(await readFile(holderPath(cluster), "utf8"));
    return `process ${pid} on ${host}, started ${startedAt}`;
  } catch {
    // The file only helps a person to find the holder; the lock has decided already.
    return "it has not written its name yet";
  }
}

function holderPath(cluster: Cluster): string {
  return join(cluster.dataDir, "server.json");
}
