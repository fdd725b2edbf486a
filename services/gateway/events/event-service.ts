import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import {
  type Change,
  ChangeSchema,
  type StreamChangesResponse,
} from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import {
  type EventService,
  type SubscribeEventsRequest,
  type SubscribeEventsResponse,
  SubscribeEventsResponseSchema,
} from "@phoenix/gen/phoenix/gateway/v1/event_service_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { sleep } from "@phoenix/platform/lifecycle";
import { isEvent } from "./change-log.ts";
import { coalesce, cutByBytes } from "./coalesce.ts";
import type { EventHub } from "./event-hub.ts";
import type { EventSettings } from "./settings.ts";

/** Creates the service over a hub. */
export function createEventService(hub: EventHub, settings: EventSettings): ServiceImpl<typeof EventService> {
  return { subscribeEvents: (request, context) => subscribe(hub, settings, request, context.signal) };
}

/** One subscriber, from its first answer until it leaves or the gateway stops. */
async function* subscribe(
  hub: EventHub,
  settings: EventSettings,
  request: SubscribeEventsRequest,
  signal: AbortSignal,
): AsyncGenerator<SubscribeEventsResponse> {
  let nap = new AbortController();
  const subscriber = { wake: () => nap.abort() };
  const ended = AbortSignal.any([signal, hub.stopped]);
  const wants = wish(request);
  // Known so far; what is told with a smaller cursor was told before.
  let cursor = request.afterCursor;
  let position: number | undefined;
  let beatAt = 0;
  const answer = (changes: Change[], reset = false): SubscribeEventsResponse => {
    beatAt = performance.now() + settings.heartbeatMs;
    return create(SubscribeEventsResponseSchema, { changes, cursor, reset });
  };
  const isNew = (change: Change): boolean => wants(change) && !(isEvent(change) && change.cursor <= cursor);

  const leave = hub.join(subscriber);
  // A stream whose reader is gone may stay at its last answer for ever.
  const onEnd = (): void => {
    leave();
    subscriber.wake();
  };
  ended.addEventListener("abort", onEnd);
  try {
    while (!ended.aborted) {
      nap = new AbortController();
      if (!hub.isLive()) {
        const patienceMs = settings.patienceMs - hub.awayMs();
        if (patienceMs <= 0) throw away();
        await sleep(patienceMs, nap.signal);
        continue;
      }
      if (position === undefined) {
        const { log } = hub;
        const place = cursor === 0n ? { position: log.end, missed: false } : log.placeBehind(cursor);
        // From here on the log has all; what is before it the controller has. It says nothing of
        // approvals, and each gateway sees them in an order of its own.
        position = place?.position ?? log.end;
        const before = cursor === 0n ? [] : [SubjectKind.APPROVAL];
        if (place === undefined) {
          for await (const { changes, reset, newestCursor } of untilKnown(hub, cursor, ended)) {
            const told = changes.filter(isNew);
            cursor = newestCursor;
            yield answer(told, reset);
          }
          if (ended.aborted) return;
          yield answer(anyOf(before, cursor).filter(isNew));
        } else {
          if (cursor === 0n) ({ cursor } = log);
          yield answer(anyOf(place.missed ? everyKind : before, cursor).filter(isNew));
        }
      }
      const logged = hub.log.from(position);
      position = hub.log.end;
      if (logged === undefined) {
        cursor = hub.log.cursor;
        yield answer([], true);
        continue;
      }
      const end = hub.log.cursor;
      const wanted = logged.filter(({ change }) => isNew(change));
      const told = wanted.length > settings.maxBacklog ? coalesce(wanted) : wanted;
      for (const part of cutByBytes(told, settings.maxAnswerBytes)) {
        const last = part.at(-1)!;
        // Parts in between end at what they told; the cursor never goes back.
        const through = last === told.at(-1) ? end : last.change.cursor;
        if (through > cursor) cursor = through;
        yield answer(part.map(({ change }) => change));
      }
      if (end > cursor) cursor = end;
      if (told.length > 0) continue;
      await sleep(Math.max(0, beatAt - performance.now()), nap.signal);
      if (performance.now() >= beatAt && hub.isLive() && !ended.aborted) yield answer([]);
    }
  } finally {
    ended.removeEventListener("abort", onEnd);
    leave();
  }
}

const everyKind: readonly SubjectKind[] = [
  SubjectKind.EXPERIMENT,
  SubjectKind.HOST,
  SubjectKind.DEPLOYMENT,
  SubjectKind.TASK,
  SubjectKind.LOAD_SIMULATION,
  SubjectKind.APPROVAL,
];

/** That anything of these kinds may have changed that no event tells of. */
function anyOf(kinds: readonly SubjectKind[], cursor: bigint): Change[] {
  const time = timestampFromDate(new Date());
  return kinds.map((kind) => create(ChangeSchema, { cursor, time, kind }));
}

/** What happened behind a cursor, from the controller, up to where the log goes on. */
async function* untilKnown(hub: EventHub, cursor: bigint, ended: AbortSignal): AsyncGenerator<StreamChangesResponse> {
  const upTo = hub.log.cursor;
  let notices = false;
  // Leaving the loop over the answers does not end the call; it waits for its end.
  const over = new AbortController();
  try {
    for await (const answer of hub.readBehind(cursor, AbortSignal.any([ended, over.signal]))) {
      yield answer;
      // A controller that is gone on from says once what has no event: that any of it may have changed.
      notices ||= answer.changes.some((change) => !isEvent(change));
      if (answer.reset || (notices && answer.newestCursor >= upTo)) {
        over.abort();
        return;
      }
    }
  } catch (error) {
    if (ended.aborted) return;
    throw away(error);
  }
}

/** What a subscriber asked for. That any of a kind may have changed concerns everyone who asked for the kind. */
function wish({ kinds, subjectIds }: SubscribeEventsRequest): (change: Change) => boolean {
  const ids = new Set(subjectIds);
  return ({ kind, subjectId }) =>
    (kinds.length === 0 || kinds.includes(kind)) && (ids.size === 0 || subjectId === "" || ids.has(subjectId));
}

function away(cause?: unknown) {
  return phoenixError(
    ErrorReason.SERVICE_UNAVAILABLE,
    "The controller, which tells what happens, does not answer. Ask again, with the cursor you got, and nothing is missed.",
    { cause },
  );
}
