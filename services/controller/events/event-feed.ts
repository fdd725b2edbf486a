import type { ExperimentEvent } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { Service } from "@phoenix/platform/lifecycle";
import { sleep } from "@phoenix/platform/lifecycle";
import { eventChannel } from "./append-event.ts";
import { readEvents, readEventsEnd } from "./read-events.ts";

/** Which events to stream. */
export interface EventQuery {
  experimentId: string;
  /** Only events after this number; 0 gives all. */
  afterSequence: bigint;
  /** End when the experiment is over and all was sent. */
  untilOver: boolean;
}

/** Streams events from any point on, then live. */
export interface EventFeed extends Service {
  /**
   * Gives events in order, each once, until the signal is aborted.
   * @throws PhoenixError EXPERIMENT_NOT_FOUND; SHUTTING_DOWN when the feed stops.
   */
  stream(query: EventQuery, signal: AbortSignal): AsyncGenerator<ExperimentEvent>;
}

const pageSize = 200;

/** Creates a feed. A notice wakes its streams; each also looks by itself after `pollIntervalMs`. */
export function createEventFeed({ db, pollIntervalMs }: { db: Database; pollIntervalMs: number }): EventFeed {
  const naps = new Map<string, Set<AbortController>>();
  const stopped = new AbortController();
  let unlisten: (() => Promise<void>) | undefined;

  const wake = (experimentId: string): void => {
    // An empty payload says that notices may have been missed.
    const woken = experimentId === "" ? [...naps.values()] : [naps.get(experimentId) ?? new Set()];
    for (const nap of woken.flatMap((set) => [...set])) nap.abort();
  };

  return {
    async start() {
      unlisten = await db.listen(eventChannel, wake);
    },
    async stop() {
      stopped.abort();
      await unlisten?.();
      unlisten = undefined;
    },
    async *stream({ experimentId, afterSequence, untilOver }, signal) {
      let sent = afterSequence;
      const ended = AbortSignal.any([signal, stopped.signal]);
      const mine = naps.get(experimentId) ?? new Set<AbortController>();
      naps.set(experimentId, mine);
      let nap = new AbortController();
      try {
        while (!ended.aborted) {
          // Laid down before the look: what is appended after it ends the nap at once.
          mine.delete(nap);
          nap = new AbortController();
          mine.add(nap);
          const end = await readEventsEnd(db, experimentId);
          if (end === null) throw notFound(experimentId);
          const events = end.lastSequence > sent ? await readEvents(db, experimentId, sent, pageSize) : [];
          for (const event of events) {
            yield event;
            sent = event.sequence;
          }
          if (events.length > 0) continue;
          if (untilOver && end.settled) return;
          await sleep(pollIntervalMs, AbortSignal.any([ended, nap.signal]));
        }
      } finally {
        mine.delete(nap);
        if (mine.size === 0 && naps.get(experimentId) === mine) naps.delete(experimentId);
      }
      if (!signal.aborted) throw shuttingDown();
    },
  };
}

function notFound(experimentId: string) {
  return phoenixError(
    ErrorReason.EXPERIMENT_NOT_FOUND,
    `There is no experiment with the id ${experimentId}. List the experiments to see their ids.`,
    { metadata: { experimentId } },
  );
}

function shuttingDown() {
  return phoenixError(
    ErrorReason.SHUTTING_DOWN,
    "The server is shutting down. Ask again, with the sequence of the last event you got, and nothing is missed.",
  );
}
