import { EventEmitter, once } from "node:events";
import type { Database } from "@phoenix/platform/database";
import { createPeriodic, type Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { type HostRecord, type HostRow, hostChangedAt, hostColumns, hostFromRow, hostTables } from "./host-record.ts";
import { hostChangeChannel } from "./notices.ts";

/** Hosts as they change, for any number of watchers. */
export type HostFeed = Service & {
  /** A host changed on this replica: watchers look at once. */
  touch(): void;
  /** Gives all hosts that have the labels, then each one again whenever it changed. Ends on abort and on stop. */
  watch(labels: Readonly<Record<string, string>>, signal: AbortSignal): AsyncGenerator<HostRecord>;
};

const readAll = `select ${hostColumns} from ${hostTables} where h.labels @> $1::jsonb order by h.host_name`;

// A transaction that stays open longer than this hides its changes; ours take milliseconds.
const lookBack = "interval '30 seconds'";
const readChanged = `
  select ${hostColumns} from ${hostTables}
  where h.labels @> $1::jsonb and ${hostChangedAt} > now() - ${lookBack} order by h.host_name`;

/** Creates the feed: watchers look when a notice comes, and after the poll interval at the latest. */
export function createHostFeed(options: { db: Database; logger: Logger; pollIntervalMs: number }): HostFeed {
  const { db, logger, pollIntervalMs } = options;
  const looks = new EventEmitter();
  looks.setMaxListeners(0);
  const stopped = new AbortController();
  let stopListening: (() => Promise<void>) | undefined;
  // One clock for all watchers; each look is a query of its own, over the labels it asked for.
  const clock = createPeriodic({
    name: "watch hosts",
    intervalMs: pollIntervalMs,
    logger,
    async run() {
      looks.emit("look");
    },
  });

  async function* watch(labels: Readonly<Record<string, string>>, signal: AbortSignal): AsyncGenerator<HostRecord> {
    const ended = AbortSignal.any([signal, stopped.signal]);
    const seen = new Map<string, string>();
    const filter = [JSON.stringify(labels)];
    for (let query = readAll; !ended.aborted; query = readChanged) {
      // Subscribed before the read, so that a change during it makes another one.
      const next = once(looks, "look", { signal: ended }).then(
        () => true,
        (error: unknown) => {
          if (ended.aborted) return false;
          throw error;
        },
      );
      const rows = await db.query<HostRow>(query, filter);
      for (const host of rows.map(hostFromRow)) {
        if (seen.get(host.hostId) === host.changeKey) continue;
        seen.set(host.hostId, host.changeKey);
        yield host;
      }
      if (!(await next)) return;
    }
  }

  return {
    async start() {
      stopListening = await db.listen(hostChangeChannel, () => clock.wake());
      await clock.start();
    },
    async stop() {
      stopped.abort();
      await stopListening?.();
      stopListening = undefined;
      await clock.stop();
    },
    touch: () => clock.wake(),
    watch,
  };
}
