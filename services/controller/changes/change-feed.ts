import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type Change,
  ChangeSchema,
  type StreamChangesResponse,
  StreamChangesResponseSchema,
} from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { createPeriodic, type Service, sleep } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { deploymentChannel } from "../deployments/index.ts";
import { eventChannel } from "../events/index.ts";
import { hostChangeChannel } from "../fleet/index.ts";
import { createHostLook } from "./look-at-hosts.ts";
import { createSubjectLooks } from "./look-at-subjects.ts";
import { createTaskLook } from "./look-at-tasks.ts";
import { anyOf, type Notice } from "./notice.ts";
import { numberEvents } from "./number-events.ts";
import { createPendingNotices, type PendingNotices } from "./pending-notices.ts";
import { cutByBytes, type EventPage, readEventPage } from "./read-events.ts";
import type { ChangeSettings } from "./settings.ts";

/** What to stream. */
export interface ChangeQuery {
  /** Only changes after this cursor; 0 for only new ones. */
  afterCursor: bigint;
  /** Only of these kinds; empty for all. */
  kinds: readonly SubjectKind[];
}

/** Streams changes from any cursor on, then live. */
export interface ChangeFeed extends Service {
  /**
   * Gives an answer at once, then whenever something changed, and an empty one after
   * each heartbeat without a change, until the signal is aborted.
   * @throws PhoenixError SHUTTING_DOWN when the feed stops.
   */
  stream(query: ChangeQuery, signal: AbortSignal): AsyncGenerator<StreamChangesResponse>;
}

/** One reader; what it does not take waits in its notices, which are bounded, or in the database. */
interface Reader {
  notices: PendingNotices;
  /** A look ended that began after it came: whatever changes from now on is seen. */
  settled: boolean;
  nap: AbortController;
}

const kindsToldByNotice = [
  SubjectKind.EXPERIMENT,
  SubjectKind.HOST,
  SubjectKind.DEPLOYMENT,
  SubjectKind.TASK,
  SubjectKind.LOAD_SIMULATION,
];

/** Looks take at most this share of the time. */
const lookShare = 1 / 20;

/** Creates the feed. One look serves all readers; without readers nothing but the numbering of events is done. */
export function createChangeFeed(options: { db: Database; logger: Logger; settings: ChangeSettings }): ChangeFeed {
  const { db, logger, settings } = options;
  const looks = [createHostLook(db), createTaskLook(db), ...createSubjectLooks(db)];
  const readers = new Set<Reader>();
  const stopped = new AbortController();
  const unlisten: (() => Promise<void>)[] = [];
  let newest = 0n;
  let nextLookAt = 0;
  let debounce: NodeJS.Timeout | undefined;

  const clock = createPeriodic({
    name: "look for changes",
    intervalMs: settings.pollIntervalMs,
    logger,
    async run() {
      const present = [...readers];
      newest = await numberEvents(db);
      const begin = performance.now();
      if (present.length === 0) for (const look of looks) look.forget();
      else if (begin >= nextLookAt || present.some((reader) => !reader.settled)) {
        for (const look of looks) {
          const notices = await look.look();
          for (const reader of readers) reader.notices.add(notices);
        }
        const now = performance.now();
        nextLookAt = now + (now - begin) / lookShare;
        for (const reader of present) reader.settled = true;
      }
      for (const reader of readers) reader.nap.abort();
    },
  });
  const wake = (): void => {
    if (readers.size === 0) return;
    debounce ??= setTimeout(() => {
      debounce = undefined;
      clock.wake();
    }, settings.debounceMs);
  };

  const readPage = async (after: bigint): Promise<EventPage> => {
    if (after >= newest) return { changes: [], through: after };
    return readEventPage(db, { after, upTo: newest, limit: settings.pageSize });
  };

  async function* read(query: ChangeQuery, reader: Reader, ended: AbortSignal): AsyncGenerator<StreamChangesResponse> {
    const wants = (kind: SubjectKind): boolean => query.kinds.length === 0 || query.kinds.includes(kind);
    let cursor = query.afterCursor === 0n ? newest : query.afterCursor;
    const reset = cursor > newest || newest - cursor > BigInt(settings.maxReplay);
    if (reset) cursor = newest;
    // Nobody kept what changed without an event since the reader was here.
    else if (query.afterCursor !== 0n) reader.notices.add(kindsToldByNotice.map(anyOf));
    yield answer([], cursor, reset);
    let beatAt = performance.now() + settings.heartbeatMs;
    while (!ended.aborted) {
      reader.nap = new AbortController();
      if (cursor < newest || reader.notices.any()) {
        const page = await readPage(cursor);
        const events = page.changes.filter(({ kind }) => wants(kind));
        for (const part of cutByBytes(events, settings.maxAnswerBytes)) {
          yield answer(part, part.at(-1)!.cursor);
        }
        cursor = page.through;
        // An event says that its thing changed.
        const told = new Set(events.map(({ kind, subjectId }) => `${kind}/${subjectId}`));
        const notices = reader.notices
          .take()
          .filter(({ kind, subjectId, deleted }) => wants(kind) && (deleted || !told.has(`${kind}/${subjectId}`)));
        if (notices.length > 0 || events.length > 0) {
          yield answer(notices.map(noticeChange(cursor)), cursor);
          beatAt = performance.now() + settings.heartbeatMs;
        }
        continue;
      }
      // A stop that came before this nap was made did not end it.
      if (ended.aborted) return;
      await sleep(Math.max(0, beatAt - performance.now()), reader.nap.signal);
      if (performance.now() < beatAt) continue;
      yield answer([], cursor);
      beatAt = performance.now() + settings.heartbeatMs;
    }
  }

  return {
    async start() {
      for (const channel of [eventChannel, deploymentChannel, hostChangeChannel]) {
        unlisten.push(await db.listen(channel, wake));
      }
      await clock.start();
    },
    async stop() {
      stopped.abort();
      clearTimeout(debounce);
      for (const reader of readers) reader.nap.abort();
      for (const end of unlisten.splice(0)) await end();
      await clock.stop();
    },
    async *stream(query, signal) {
      const ended = AbortSignal.any([signal, stopped.signal]);
      const reader: Reader = {
        notices: createPendingNotices(settings.maxNotices),
        settled: false,
        nap: new AbortController(),
      };
      // A stream whose reader is gone may stay at its last answer for ever.
      const onEnd = (): void => {
        readers.delete(reader);
        reader.nap.abort();
      };
      ended.addEventListener("abort", onEnd);
      readers.add(reader);
      try {
        clock.wake();
        while (!reader.settled && !ended.aborted) {
          await sleep(settings.heartbeatMs, reader.nap.signal);
          reader.nap = new AbortController();
        }
        if (!ended.aborted) yield* read(query, reader, ended);
      } finally {
        readers.delete(reader);
        ended.removeEventListener("abort", onEnd);
      }
      if (!signal.aborted) {
        throw phoenixError(
          ErrorReason.SHUTTING_DOWN,
          "The server is shutting down. Ask again, with the newest cursor you got, and nothing is missed.",
        );
      }
    },
  };
}

function answer(changes: Change[], newestCursor: bigint, reset = false): StreamChangesResponse {
  return create(StreamChangesResponseSchema, { changes, newestCursor, reset });
}

function noticeChange(cursor: bigint): (notice: Notice) => Change {
  const time = timestampFromDate(new Date());
  return ({ kind, subjectId, name, labels, deleted }) =>
    create(ChangeSchema, { cursor, time, kind, subjectId, subjectName: name, labels: { ...labels }, deleted });
}
