import { resolve } from "node:path";
import { backoffMs, sleep } from "../../lifecycle/index.ts";
import type { Logger } from "../../logging/index.ts";
import { findBinaries } from "./binaries.ts";
import { type Cluster, clusterUser, openCluster, prepareDirectory } from "./cluster.ts";
import { type Hold, takeHold } from "./hold.ts";
import { ensurePostmaster, type Postmaster, stopPostmaster } from "./postmaster.ts";
import { findUnprivilegedUser } from "./unprivileged-user.ts";

/** Where the embedded database lives. */
export interface EmbeddedDatabaseOptions {
  /** A directory for this alone. Where the process is root it is given to the user that runs PostgreSQL. */
  dataDir: string;
  /** Takes lines about starts, take-overs and restarts. */
  logger: Logger;
  /** False trades safety against a crash of the machine for speed, for tests; default true. */
  durable?: boolean;
}

/** A running PostgreSQL of our own. */
export interface EmbeddedDatabase {
  /** Address with its password, the same until it is stopped. */
  readonly url: string;
  /** True when a server that was killed had left it running. */
  readonly takenOver: boolean;
  /** Process id of PostgreSQL now. */
  readonly pid: number;
  /** Stops PostgreSQL and waits until it is gone. Twice is fine. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL in a directory, or takes over the one that runs there,
 * and keeps it running on the same port until it is stopped.
 * @throws PhoenixError DATABASE_UNAVAILABLE in one line that says what is in the way: another server, the directory, the programs.
 */
export async function startEmbeddedDatabase(options: EmbeddedDatabaseOptions): Promise<EmbeddedDatabase> {
  const { logger, durable = true } = options;
  const user = await findUnprivilegedUser();
  const dataDir = resolve(options.dataDir);
  await prepareDirectory(dataDir, user);
  const binaries = await findBinaries(dataDir, user);
  const cluster = await openCluster(dataDir, binaries, user);
  const run = { cluster, binaries, user, durable };

  let postmaster = await ensurePostmaster(run);
  const { port } = postmaster;
  const takenOver = postmaster.found;
  let hold = await holdOrStop(cluster, postmaster);
  logger.info(
    { postgresPid: postmaster.pid, port, takenOver },
    takenOver ? "took over the embedded PostgreSQL a killed server had left" : "started the embedded PostgreSQL",
  );

  const stopping = new AbortController();
  let restoring: Promise<boolean> | undefined;
  const watch = async (): Promise<void> => {
    for (;;) {
      await hold.lost;
      if (stopping.signal.aborted) return;
      logger.error(
        { postgresPid: postmaster.pid },
        "the embedded PostgreSQL ended the session that holds it; restoring it",
      );
      restoring = restore();
      if (!(await restoring)) return;
      logger.info({ postgresPid: postmaster.pid, port }, "the embedded PostgreSQL is held again");
    }
  };
  const restore = async (): Promise<boolean> => {
    for (let attempt = 0; await sleep(backoffMs(attempt, { baseMs: 200, maxMs: 5_000 }), stopping.signal); attempt++) {
      try {
        postmaster = await ensurePostmaster(run, port);
        if (postmaster.port !== port) throw new Error(`it runs on port ${postmaster.port} by now, not on ${port}`);
        hold = await takeHold(cluster, port);
        return true;
      } catch (error) {
        logger.error({ err: error, attempt }, "the embedded PostgreSQL could not be restored yet");
      }
    }
    return false;
  };
  const watching = watch();

  let stopped: Promise<void> | undefined;
  return {
    url: `postgresql://${clusterUser}:${cluster.password}@127.0.0.1:${port}/${clusterUser}`,
    takenOver,
    get pid() {
      return postmaster.pid;
    },
    stop() {
      stopped ??= (async () => {
        stopping.abort();
        await restoring;
        // Held until it is gone: else another server could take over what is about to stop.
        await stopPostmaster(postmaster, cluster);
        await hold.release();
        await watching;
      })();
      return stopped;
    },
  };
}

/** Takes hold; when that fails, stops a server that was started here and that nobody else holds. */
async function holdOrStop(cluster: Cluster, postmaster: Postmaster): Promise<Hold> {
  try {
    return await takeHold(cluster, postmaster.port);
  } catch (error) {
    // One that was found is another's, or was left by a killed server and stays for the next.
    const heldByOther = (error as { reason?: unknown }).reason !== undefined;
    if (!postmaster.found && !heldByOther) await stopPostmaster(postmaster, cluster);
    throw error;
  }
}
