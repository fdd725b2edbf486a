import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import {
  ChangeSchema,
  type ChangeService,
  type StreamChangesResponse,
} from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import { backoffMs, type Service, sleep } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import type { ApprovalWatch } from "../approvals/index.ts";
import { type ChangeLog, createChangeLog } from "./change-log.ts";
import type { EventSettings } from "./settings.ts";

/** Someone who is woken when there is something new, or the stream from the controller begins or breaks. */
export interface Subscriber {
  wake(): void;
}

/** The one stream of changes from the controller, with those of approvals, kept while someone subscribes. */
export interface EventHub extends Service {
  readonly log: ChangeLog;
  /** Aborted when the hub stops. */
  readonly stopped: AbortSignal;
  /** True while the controller is heard. */
  isLive(): boolean;
  /** How long it is not, in milliseconds. */
  awayMs(): number;
  /** Keeps the stream until the function returned is called. */
  join(subscriber: Subscriber): () => void;
  /** Changes behind a cursor that the log does not have, from the controller. */
  readBehind(cursor: bigint, signal: AbortSignal): AsyncIterable<StreamChangesResponse>;
}

/** What a hub needs. */
export interface EventHubOptions {
  client: Client<typeof ChangeService>;
  /** Approvals are the gateway's own: the controller says nothing of them. */
  watchApprovals: ApprovalWatch;
  logger: Logger;
  settings: EventSettings;
}

/** Creates a hub; it calls the controller when the first subscriber joins. */
export function createEventHub({ client, watchApprovals, logger, settings }: EventHubOptions): EventHub {
  const log = createChangeLog(settings);
  const subscribers = new Set<Subscriber>();
  const stopped = new AbortController();
  let following: Promise<void> | undefined;
  let unwanted = new AbortController();
  let linger: NodeJS.Timeout | undefined;
  let live = false;
  let awaySince = 0;

  const wakeAll = (): void => {
    for (const subscriber of subscribers) subscriber.wake();
  };

  const tellApprovals = (approvalIds: readonly string[]): void => {
    const { cursor } = log;
    const time = timestampFromDate(new Date());
    const changes = approvalIds.map((subjectId) =>
      create(ChangeSchema, { cursor, time, kind: SubjectKind.APPROVAL, subjectId }),
    );
    log.append(changes, cursor);
    wakeAll();
  };

  /** Follows the controller until its stream breaks. */
  const follow = async (over: AbortSignal): Promise<void> => {
    const silence = new AbortController();
    // From a cursor of 0 the controller tells what is new alone, so that what was before is not known.
    let isFresh = log.cursor === 0n;
    let watchdog: NodeJS.Timeout | undefined;
    const heard = (): void => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => silence.abort(), settings.silenceMs);
    };
    heard();
    try {
      const signal = AbortSignal.any([over, silence.signal]);
      const answers = client.streamChanges({ afterCursor: log.cursor }, { signal });
      for await (const { changes, reset, newestCursor } of answers) {
        heard();
        if (reset || isFresh) log.restart(newestCursor);
        else log.append(changes, newestCursor);
        const isNews = reset || isFresh || !live || changes.length > 0;
        isFresh = false;
        live = true;
        if (isNews) wakeAll();
      }
    } finally {
      clearTimeout(watchdog);
      if (live) awaySince = performance.now();
      live = false;
      wakeAll();
    }
  };

  const keepFollowing = async (over: AbortSignal): Promise<void> => {
    awaySince = performance.now();
    let unwatch: (() => Promise<void>) | undefined;
    for (let failures = 0; !over.aborted; failures++) {
      const begin = performance.now();
      try {
        // First, so that whoever is told that the stream begins misses nothing from then on.
        unwatch ??= await watchApprovals(tellApprovals);
        await follow(over);
      } catch (error) {
        if (over.aborted) break;
        logger.warn({ err: error, failures }, "the stream of changes broke; it is begun again");
      }
      // It was heard in between.
      if (awaySince > begin) failures = 0;
      await sleep(backoffMs(failures, { baseMs: settings.retryBaseMs, maxMs: settings.retryMaxMs }), over);
    }
    await unwatch?.();
  };

  const leave = (subscriber: Subscriber): void => {
    if (!subscribers.delete(subscriber) || subscribers.size > 0 || stopped.signal.aborted) return;
    linger = setTimeout(() => unwanted.abort(), settings.lingerMs);
    linger.unref();
  };

  return {
    log,
    stopped: stopped.signal,
    isLive: () => live,
    awayMs: () => (live ? 0 : performance.now() - awaySince),
    join(subscriber) {
      subscribers.add(subscriber);
      clearTimeout(linger);
      if (following === undefined || unwanted.signal.aborted) {
        unwanted = new AbortController();
        const over = AbortSignal.any([unwanted.signal, stopped.signal]);
        const before = following;
        awaySince = performance.now();
        following = (async () => {
          await before;
          await keepFollowing(over);
        })();
      }
      return () => leave(subscriber);
    },
    readBehind: (cursor, signal) => client.streamChanges({ afterCursor: cursor }, { signal }),
    start: async () => undefined,
    async stop() {
      clearTimeout(linger);
      stopped.abort();
      wakeAll();
      await following;
    },
  };
}
