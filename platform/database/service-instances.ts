import { createPeriodic, type Service } from "../lifecycle/index.ts";
import type { Logger } from "../logging/index.ts";
import type { Database, Queryable } from "./database.ts";

/** A server process that is up. */
export interface ServiceInstance {
  /** Id of the process, new with each start. */
  instanceId: string;
  /** Which services it runs. */
  services: readonly string[];
  /** Where its API port is, as `host:port`. */
  address: string;
  /** Version of Phoenix. */
  version: string;
}

/** How an instance announces itself. */
export interface AnnounceOptions {
  /** The shared database. */
  db: Database;
  /** This process. */
  instance: ServiceInstance;
  /** Takes a line for each announcement that failed. */
  logger: Logger;
  /** Time between announcements, in milliseconds; default 10,000. */
  intervalMs?: number;
}

/** How many intervals an instance may be silent before others take it for gone. */
const patience = 3;

/** Announces this process to the others, from the start on, and takes its entry away on stop. */
export function announceInstance({ db, instance, logger, intervalMs = 10_000 }: AnnounceOptions): Service {
  const { instanceId, services, address, version } = instance;
  const duty = createPeriodic({
    name: "announce-instance",
    intervalMs,
    logger,
    async run() {
      await db.query(
        `INSERT INTO service_instances (instance_id, services, address, version) VALUES ($1, $2, $3, $4)
         ON CONFLICT (instance_id) DO UPDATE SET seen_at = now()`,
        [instanceId, services, address, version],
      );
      await db.query("DELETE FROM service_instances WHERE seen_at < now() - $1 * interval '1 millisecond'", [
        intervalMs * patience * 100,
      ]);
    },
  });
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await duty.stop();
    try {
      await db.query("DELETE FROM service_instances WHERE instance_id = $1", [instanceId]);
    } catch (error) {
      // Without the database the entry ages away by itself; a stop must not fail for it.
      logger.warn({ err: error }, "this instance could not sign off");
    }
  };
  return {
    start: () => duty.start(),
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** The instances seen within `withinMs` milliseconds (default 30,000), oldest first. */
export async function listInstances(from: Queryable, withinMs = 10_000 * patience): Promise<ServiceInstance[]> {
  const rows = await from.query<{ instance_id: string; services: string[]; address: string; version: string }>(
    `SELECT instance_id, services, address, version FROM service_instances
     WHERE seen_at >= now() - $1 * interval '1 millisecond' ORDER BY started_at, instance_id`,
    [withinMs],
  );
  return rows.map(({ instance_id, ...rest }) => ({ instanceId: instance_id, ...rest }));
}
