import { create } from "@bufbuild/protobuf";
import { type Client, createClient, createRouterTransport } from "@connectrpc/connect";
import {
  type Change,
  ChangeSchema,
  ChangeService,
  type StreamChangesRequest,
} from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import { EventService, type SubscribeEventsResponse } from "@phoenix/gen/phoenix/gateway/v1/event_service_pb.ts";
import { ErrorReason, fromConnectError, isPhoenixError } from "@phoenix/platform/errors";
import { sleep } from "@phoenix/platform/lifecycle";
import { createLogger } from "@phoenix/platform/logging";
import { createApiServer, createInProcessTransport, createRemoteTransport } from "@phoenix/platform/rpc";
import { createMetrics } from "@phoenix/platform/telemetry";
import { expect } from "chai";
import { createEventHub, createEventService, type EventHub, type EventSettings, eventDefaults } from "./index.ts";

const logger = createLogger({ name: "test", level: "silent" });
const quick: Partial<EventSettings> = { heartbeatMs: 100, retryBaseMs: 5, retryMaxMs: 10, patienceMs: 300 };

async function until(what: string, probe: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!probe()) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await sleep(2);
  }
}

const event = (cursor: number, subjectId = "e"): Change =>
  create(ChangeSchema, {
    cursor: BigInt(cursor),
    kind: SubjectKind.EXPERIMENT,
    subjectId,
    experimentEvent: { experimentId: subjectId, message: `${cursor}` },
  });
const notice = (cursor: number, subjectId = "h", kind: SubjectKind = SubjectKind.HOST): Change =>
  create(ChangeSchema, { cursor: BigInt(cursor), kind, subjectId });

/** A controller that tells what the test has stored, as the real one does. */
class ScriptedChanges {
  stored: Change[] = [];
  calls: StreamChangesRequest[] = [];
  /** Streams under way. */
  open = 0;
  /** The oldest cursor from which it goes on. */
  oldest = 0n;
  #listeners = new Set<() => void>();
  #broken = false;
  #notices: Change[] = [];

  get newest(): bigint {
    return this.stored.at(-1)?.cursor ?? 0n;
  }
  tell(...changes: Change[]): void {
    this.stored.push(...changes.filter(({ experimentEvent }) => experimentEvent !== undefined));
    this.#notices.push(...changes.filter(({ experimentEvent }) => experimentEvent === undefined));
    for (const wake of this.#listeners) wake();
  }
  setBroken(broken: boolean): void {
    this.#broken = broken;
    for (const wake of this.#listeners) wake();
  }

  async *stream(request: StreamChangesRequest, signal: AbortSignal) {
    this.calls.push(request);
    if (this.#broken) throw new Error("the controller is away");
    let wake = (): void => undefined;
    const onWake = (): void => wake();
    this.#listeners.add(onWake);
    this.open += 1;
    // Whoever is not read any more is not told so: only the signal ends a call for sure.
    signal.addEventListener("abort", () => {
      this.open -= this.#listeners.delete(onWake) ? 1 : 0;
      wake();
    });
    try {
      const reset =
        request.afterCursor > this.newest || (request.afterCursor > 0n && request.afterCursor < this.oldest);
      let cursor = request.afterCursor === 0n || reset ? this.newest : request.afterCursor;
      let noticed = this.#notices.length;
      const pending = request.afterCursor > 0n && !reset ? [notice(0, "")] : [];
      yield { newestCursor: cursor, reset };
      while (!signal.aborted) {
        if (this.#broken) throw new Error("the controller went away");
        const events = this.stored.filter((change) => change.cursor > cursor);
        cursor = this.newest;
        const others = [...pending.splice(0), ...this.#notices.slice(noticed)];
        noticed = this.#notices.length;
        if (events.length > 0) yield { changes: events, newestCursor: cursor };
        if (others.length > 0) {
          yield { changes: others.map((other) => ({ ...other, cursor })), newestCursor: cursor };
        }
        if (cursor === this.newest && noticed === this.#notices.length && !this.#broken) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      this.open -= this.#listeners.delete(onWake) ? 1 : 0;
    }
  }
}

/** A subscriber that keeps what it is told. */
interface Subscription {
  answers: SubscribeEventsResponse[];
  /** Cursor of each event. */
  events(): number[];
  /** Ids of what changed without an event. */
  notices(): string[];
  /** Its kinds. */
  kinds(): SubjectKind[];
  cursor(): bigint;
  resets(): number;
  error(): unknown;
  ended: Promise<void>;
  stop(): Promise<void>;
}

describe("live events", () => {
  let changes: ScriptedChanges;
  let hub: EventHub;
  let client: Client<typeof EventService>;
  let stops: (() => Promise<void>)[];
  /** Says which approvals changed, to each hub that watches them. */
  let approvalEars: Set<(approvalIds: readonly string[]) => void>;

  const open = (over: Partial<EventSettings> = {}): { hub: EventHub; client: Client<typeof EventService> } => {
    const settings = { ...eventDefaults, ...quick, ...over };
    const upstream = createRouterTransport((router) => {
      router.service(ChangeService, {
        streamChanges: (request, context) => changes.stream(request, context.signal),
      });
    });
    const made = createEventHub({
      client: createClient(ChangeService, upstream),
      async watchApprovals(tell) {
        approvalEars.add(tell);
        return async () => void approvalEars.delete(tell);
      },
      logger,
      settings,
    });
    stops.push(() => made.stop());
    const transport = createInProcessTransport(
      (router) => void router.service(EventService, createEventService(made, settings)),
      { logger },
    );
    return { hub: made, client: createClient(EventService, transport) };
  };
  const subscribe = async (
    request: { afterCursor?: bigint; kinds?: SubjectKind[]; subjectIds?: string[] } = {},
    from = client,
  ): Promise<Subscription> => {
    const answers: SubscribeEventsResponse[] = [];
    const gone = new AbortController();
    let failure: unknown;
    let over = false;
    const ended = (async () => {
      for await (const answer of from.subscribeEvents(request, { signal: gone.signal })) answers.push(answer);
    })()
      .catch((error: unknown) => {
        failure = error;
      })
      .finally(() => {
        over = true;
      });
    const stop = async (): Promise<void> => {
      gone.abort();
      await ended;
    };
    stops.push(stop);
    await until("the subscription has begun", () => answers.length > 0 || over);
    const told = (): Change[] => answers.flatMap((answer) => answer.changes);
    return {
      answers,
      events: () => told().flatMap((change) => (change.experimentEvent === undefined ? [] : [Number(change.cursor)])),
      notices: () => told().flatMap((change) => (change.experimentEvent === undefined ? [change.subjectId] : [])),
      kinds: () => told().flatMap((change) => (change.experimentEvent === undefined ? [change.kind] : [])),
      cursor: () => answers.at(-1)?.cursor ?? 0n,
      resets: () => answers.filter(({ reset }) => reset).length,
      error: () => failure,
      ended,
      stop,
    };
  };

  beforeEach(() => {
    changes = new ScriptedChanges();
    approvalEars = new Set();
    stops = [];
    ({ hub, client } = open());
  });
  afterEach(async () => {
    for (const stop of stops.toReversed()) await stop();
  });

  it("reach many subscribers through one stream of the controller", async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => subscribe()));
    changes.tell(event(1), notice(1, "h1"), event(2));
    await until("all were told", () => all.every((one) => one.events().length === 2 && one.notices().length === 1));
    expect(changes.calls.length).to.equal(1);
    expect(all.every((one) => one.cursor() === 2n)).to.equal(true);
  });

  it("go on behind a cursor from what is kept here, each event once", async () => {
    const first = await subscribe();
    changes.tell(event(1), event(2));
    await until("two", () => first.events().length === 2);
    await first.stop();
    const watching = await subscribe();
    changes.tell(event(3));
    await until("three", () => watching.events().length === 1);
    const second = await subscribe({ afterCursor: first.cursor() });
    changes.tell(event(4));
    await until("four", () => second.events().length === 2);
    expect([first.events(), second.events(), changes.calls.length]).to.deep.equal([[1, 2], [3, 4], 1]);
  });

  it("go on behind a cursor that only the controller knows, and then live", async () => {
    changes.tell(...Array.from({ length: 20 }, (_, index) => event(index + 1)));
    const listener = await subscribe({ afterCursor: 5n });
    await until("what was missed", () => listener.events().length === 15);
    changes.tell(event(21));
    await until("what is new", () => listener.events().length === 16);
    expect(listener.events()).to.deep.equal(Array.from({ length: 16 }, (_, index) => index + 6));
    expect(listener.kinds()).to.deep.equal([SubjectKind.HOST, SubjectKind.APPROVAL]);
    await until("the stream for what was missed is over", () => changes.open === 1);
  });

  it("say to one who comes back to a gateway that was not there that anything without an event may have changed", async () => {
    changes.tell(event(1));
    const listener = await subscribe({ afterCursor: 1n, kinds: [SubjectKind.HOST, SubjectKind.TASK] });
    expect(listener.answers[0]?.changes.map(({ kind, subjectId }) => [kind, subjectId])).to.deep.equal([
      [SubjectKind.HOST, ""],
      [SubjectKind.TASK, ""],
    ]);
    expect([listener.resets(), changes.calls.length]).to.deep.equal([0, 1]);
  });

  it("tell of approvals, which the controller knows nothing of, and whoever comes back that any may have changed", async () => {
    changes.tell(event(1));
    const listener = await subscribe();
    for (const tell of approvalEars) tell(["apr-1"]);
    await until("the approval", () => listener.notices().length === 1);
    expect([listener.notices(), listener.kinds(), listener.cursor()]).to.deep.equal([
      ["apr-1"],
      [SubjectKind.APPROVAL],
      1n,
    ]);
    changes.tell(event(2));
    await until("the next event", () => listener.events().length === 1);
    await listener.stop();
    const again = await subscribe({ afterCursor: listener.cursor(), kinds: [SubjectKind.APPROVAL] });
    expect(again.answers[0]?.changes.map(({ kind, subjectId }) => [kind, subjectId])).to.deep.equal([
      [SubjectKind.APPROVAL, ""],
    ]);
    for (const tell of approvalEars) tell(["apr-2"]);
    await until("the next approval", () => again.notices().includes("apr-2"));
  });

  it("survive a controller that goes away and comes back, with nothing lost and nothing twice", async () => {
    const listener = await subscribe();
    changes.tell(event(1));
    await until("one", () => listener.events().length === 1);
    changes.setBroken(true);
    await until("the stream broke", () => !hub.isLive());
    changes.tell(event(2), event(3));
    changes.setBroken(false);
    await until("the rest", () => listener.events().length === 3);
    expect(listener.events()).to.deep.equal([1, 2, 3]);
    expect(listener.resets()).to.equal(0);
  });

  it("end with a reason when the controller stays away", async () => {
    const listener = await subscribe();
    changes.setBroken(true);
    await listener.ended;
    expect(isPhoenixError(fromConnectError(listener.error()), ErrorReason.SERVICE_UNAVAILABLE)).to.equal(true);
  });

  it("say so when a cursor is too old, and go on from the newest", async () => {
    changes.tell(event(1), event(2), event(3));
    changes.oldest = 3n;
    const listener = await subscribe({ afterCursor: 1n });
    changes.tell(event(4));
    await until("what is new", () => listener.events().length === 1);
    expect([listener.resets(), listener.events(), listener.answers[0]?.cursor]).to.deep.equal([1, [4], 3n]);
  });

  it("tell a slow reader the newest change of each thing, once there are many", async () => {
    const { client: strict } = open({ maxBacklog: 4 });
    const gone = new AbortController();
    const reader = strict.subscribeEvents({}, { signal: gone.signal })[Symbol.asyncIterator]();
    await reader.next();
    const other = await subscribe({}, strict);
    const many = Array.from({ length: 30 }, (_, index) => event(index + 1, `e${index % 3}`));
    changes.tell(...many);
    await until("somebody else has all", () => other.cursor() === 30n);
    const told: number[] = [];
    for (let cursor = 0n; cursor < 30n; ) {
      const { value } = await reader.next();
      ({ cursor } = value as SubscribeEventsResponse);
      told.push(...(value as SubscribeEventsResponse).changes.map((change) => Number(change.cursor)));
    }
    expect(told).to.deep.equal([28, 29, 30]);
    gone.abort();
  });

  it("have a reader begin anew that is slower than what is kept", async () => {
    const { client: small, hub: itsHub } = open({ maxKept: 5 });
    const gone = new AbortController();
    const reader = small.subscribeEvents({}, { signal: gone.signal })[Symbol.asyncIterator]();
    await reader.next();
    const fast = await subscribe({}, small);
    for (let cursor = 1; cursor <= 20; cursor++) {
      changes.tell(event(cursor));
      await until("it is kept", () => itsHub.log.cursor === BigInt(cursor));
    }
    await until("a fast reader has them", () => fast.cursor() === 20n);
    const answers: SubscribeEventsResponse[] = [];
    while (answers.at(-1)?.cursor !== 20n) answers.push((await reader.next()).value as SubscribeEventsResponse);
    expect(answers.some(({ reset }) => reset)).to.equal(true);
    gone.abort();
  });

  it("are of the wanted kinds and things only", async () => {
    const listener = await subscribe({ kinds: [SubjectKind.EXPERIMENT], subjectIds: ["b"] });
    changes.tell(event(1, "a"), notice(1, "b"), event(2, "b"), notice(2, "", SubjectKind.EXPERIMENT));
    await until("what is wanted", () => listener.notices().length === 1);
    expect([listener.events(), listener.notices()]).to.deep.equal([[2], [""]]);
  });

  it("say nothing, now and then, while nothing happens", async () => {
    const listener = await subscribe();
    await until("three signs of life", () => listener.answers.length >= 3);
    expect(listener.events()).to.deep.equal([]);
  });

  it("let the controller be when nobody subscribes any more", async () => {
    const { client: brief } = open({ lingerMs: 20 });
    const listener = await subscribe({}, brief);
    await listener.stop();
    await until("its stream is over", () => changes.open === 0);
    await until("approvals are watched no more", () => approvalEars.size === 0);
    changes.tell(event(1));
    const again = await subscribe({}, brief);
    changes.tell(event(2));
    await until("what is new", () => again.events().length === 1);
    expect(again.events()).to.deep.equal([2]);
  });

  it("end without an error when the gateway stops", async () => {
    const listener = await subscribe();
    await hub.stop();
    await listener.ended;
    expect(listener.error()).to.equal(undefined);
    expect(changes.open).to.equal(0);
  });

  it("are held back for a reader of a real server that reads nothing, and reach the others", async () => {
    const settings = { ...eventDefaults, ...quick, maxKept: 50 };
    const server = createApiServer({
      port: 0,
      services: [EventService],
      routes: (router) => void router.service(EventService, createEventService(hub, settings)),
      logger,
      metrics: createMetrics({ processMetrics: false }),
    });
    await server.start();
    const remotes = ["slow", "fast"].map(() => createRemoteTransport(server.url, { protocol: "connect" }));
    stops.push(async () => {
      for (const remote of remotes) remote.close();
      await server.stop(200);
    });
    const [slow, fast] = remotes.map((remote) => createClient(EventService, remote)) as [typeof client, typeof client];
    const gone = new AbortController();
    const reader = slow.subscribeEvents({}, { signal: gone.signal })[Symbol.asyncIterator]();
    await reader.next();
    const listener = await subscribe({}, fast);
    changes.tell(...Array.from({ length: 40 }, (_, index) => event(index + 1)));
    await until("the fast one has all", () => listener.events().length === 40);
    const told: number[] = [];
    while (told.at(-1) !== 40) {
      const { value } = await reader.next();
      told.push(...(value as SubscribeEventsResponse).changes.map((change) => Number(change.cursor)));
    }
    expect(told).to.deep.equal(Array.from({ length: 40 }, (_, index) => index + 1));
    gone.abort();
  });
});
