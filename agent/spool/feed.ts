import type { Logger } from "@phoenix/platform/logging";
import type { Spool, SpoolBatch } from "./spool.ts";

/** What a feed is made of. */
export type FeedOptions = {
  /** Where observations come from. */
  spool: Spool;
  /** Sends a batch; false or a rejection when there is no session to send it on. */
  send(batch: SpoolBatch): Promise<boolean>;
  /** Takes a line when the spool fails. */
  logger: Logger;
  /** Batches on their way at a time; default 4. */
  maxInFlight?: number;
  /**
   * How long a batch waits for its acknowledgement, since it was sent or since one before it was
   * acknowledged, until everything on its way is sent again; default 30 s: a batch of a mebibyte
   * on a slow line, and the time the controller takes to store or refuse it.
   */
  acknowledgeWithinMs?: number;
};

/** Moves observations from the spool to the controller while there is a session. */
export type Feed = {
  /** A session began: sends, with at most this many observations a batch. */
  open(maxObservations: number): void;
  /** The session is over: what was on its way waits for the next one. */
  shut(): void;
  /** There may be something new to send. */
  wake(): void;
  /** The controller stored a batch. */
  acknowledged(batchId: bigint): Promise<void>;
  /** The controller refuses a batch for good; without a number, one of those on their way, and the session is over. */
  refused(batchId?: bigint): Promise<void>;
  /** Shuts, and waits for what it was doing. Twice is fine. */
  stop(): Promise<void>;
};

/** Creates a feed; it is shut until a session opens it. */
export function createFeed(options: FeedOptions): Feed {
  const { spool, send, logger, maxInFlight = 4, acknowledgeWithinMs = 30_000 } = options;
  let limit = 0;
  let session = 0;
  const inFlight = new Map<bigint, NodeJS.Timeout>();
  let running: Promise<void> | null = null;
  let again = false;

  /** Nothing is on its way any more: all of it waits to be taken again. */
  const release = (): void => {
    for (const timer of inFlight.values()) clearTimeout(timer);
    inFlight.clear();
    spool.release();
  };

  const settled = (batchId: bigint): void => {
    clearTimeout(inFlight.get(batchId));
    inFlight.delete(batchId);
  };

  const sendAgain = (): void => {
    logger.warn({ batches: inFlight.size }, "observations were not acknowledged in time; they are sent again");
    release();
    session += 1;
    wake();
  };

  const drain = async (): Promise<void> => {
    while (limit > 0 && inFlight.size < maxInFlight) {
      const takenFor = session;
      const batch = await spool.take(limit);
      if (batch === null) return;
      // Taken for a session that ended meanwhile, after its release: put it back for the new one.
      if (takenFor !== session) {
        release();
        continue;
      }
      // The controller may be unable to store it and say nothing: without this it would wait for the next session.
      inFlight.set(batch.batchId, setTimeout(sendAgain, acknowledgeWithinMs).unref());
      if (!(await send(batch))) return;
    }
  };

  const wake = (): void => {
    again = true;
    running ??= (async () => {
      try {
        while (again) {
          again = false;
          await drain().catch((error: unknown) =>
            logger.error(
              { err: error },
              "observations could not be read or sent; they stay on disk and are tried again",
            ),
          );
        }
      } finally {
        // In the same step as the last look, or a wish in between would be lost.
        running = null;
      }
    })();
  };

  const shut = (): void => {
    limit = 0;
    session += 1;
    release();
  };

  return {
    open(maxObservations) {
      shut();
      limit = Math.min(256, Math.max(1, maxObservations));
      wake();
    },
    shut,
    wake,
    async acknowledged(batchId) {
      settled(batchId);
      // The line is slow, not dead: what was sent after this one gets its full time from here.
      for (const [later, timer] of inFlight) if (later > batchId) timer.refresh();
      await spool.acknowledge(batchId);
      wake();
    },
    async refused(batchId) {
      const marked = spool.refuse(batchId === undefined ? [...inFlight.keys()] : [batchId]);
      if (batchId === undefined) shut();
      else settled(batchId);
      await marked;
      wake();
    },
    async stop() {
      shut();
      await running;
    },
  };
}
