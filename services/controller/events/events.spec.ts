import { ExperimentEventType, ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, isPhoenixError } from "@phoenix/platform/errors";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { controllerMigrations, until } from "../testing/index.ts";
import { appendEvent, createEventFeed, type EventFeed } from "./index.ts";

after(stopTestDatabases);

describe("the events of an experiment", () => {
  let db: Database;
  let feed: EventFeed;

  beforeEach(async () => {
    db = await createTestDatabase({ migrations: controllerMigrations });
    await db.query(
      `INSERT INTO experiments (experiment_id, name, spec, phase_reason, phase_deadline, create_time)
       VALUES ('e', 'try', '{}', 'new', now(), now())`,
    );
    // An hour: only notices can wake these streams in time.
    feed = createEventFeed({ db, pollIntervalMs: 3_600_000 });
    await feed.start();
  });
  afterEach(async () => {
    await feed.stop();
    await db.close();
  });

  const append = (message: string): Promise<bigint> =>
    db.transaction((tx) =>
      appendEvent(tx, "e", { type: ExperimentEventType.CREATED, actor: "system", message, phase: "pending" }),
    );
  const stream = (afterSequence = 0n, untilOver = false, signal = new AbortController().signal) =>
    feed.stream({ experimentId: "e", afterSequence, untilOver }, signal);

  it("are numbered from 1 without gaps, whoever writes them and whatever fails between", async () => {
    const failing = (): Promise<unknown> =>
      db
        .transaction(async (tx) => {
          await appendEvent(tx, "e", { type: 1, actor: "system", message: "never", phase: "pending" });
          throw new Error("no");
        })
        .catch(() => undefined);
    await Promise.all(Array.from({ length: 40 }, (_, index) => (index % 4 === 0 ? failing() : append(`${index}`))));
    const rows = await db.query<{ sequence: string }>("SELECT sequence FROM experiment_events ORDER BY sequence");
    expect(rows.map((row) => Number(row.sequence))).to.deep.equal(Array.from({ length: 30 }, (_, index) => index + 1));
  });

  it("come from any point on, then as they happen, each once", async () => {
    for (const message of ["one", "two", "three"]) await append(message);
    const events = stream(1n);
    const seen: string[] = [];
    for await (const event of events) {
      seen.push(`${event.sequence} ${event.message}`);
      if (seen.length === 2) void append("four");
      if (seen.length === 3) break;
    }
    expect(seen).to.deep.equal(["2 two", "3 three", "4 four"]);
  });

  it("end when the experiment is over and all was sent, where that was asked for", async () => {
    await append("one");
    const events: ExperimentPhase[] = [];
    const ended = (async () => {
      for await (const event of stream(0n, true)) events.push(event.phase);
    })();
    await until("the first event is there", () => events.length === 1);
    await db.transaction(async (tx) => {
      await appendEvent(tx, "e", { type: 2, actor: "system", message: "over", phase: "cancelled" });
      await tx.query("UPDATE experiments SET phase = 'cancelled', phase_deadline = NULL, end_time = now()");
    });
    await ended;
    expect(events).to.deep.equal([ExperimentPhase.PENDING, ExperimentPhase.CANCELLED]);
  });

  it("end quietly for a reader that goes away", async () => {
    const reader = new AbortController();
    const next = stream(0n, false, reader.signal).next();
    reader.abort();
    expect(await next).to.deep.equal({ value: undefined, done: true });
  });

  it("end with a reason when the server stops, so that a reader comes again", async () => {
    const next = stream().next();
    await feed.stop();
    const error = await next.then(
      () => null,
      (caught: unknown) => caught,
    );
    expect(isPhoenixError(error, ErrorReason.SHUTTING_DOWN)).to.equal(true);
  });

  it("are found by looking when no notice comes", async () => {
    const looking = createEventFeed({ db, pollIntervalMs: 20 });
    // Not started, so it does not listen.
    const next = looking.stream({ experimentId: "e", afterSequence: 0n, untilOver: false }, AbortSignal.timeout(5_000));
    const first = next.next();
    await append("one");
    expect((await first).value).to.include({ sequence: 1n, message: "one" });
    await next.return(undefined);
  });

  it("are not those of an experiment that does not exist", async () => {
    const none = feed.stream({ experimentId: "f", afterSequence: 0n, untilOver: false }, new AbortController().signal);
    const error = await none.next().catch((caught: unknown) => caught);
    expect(isPhoenixError(error, ErrorReason.EXPERIMENT_NOT_FOUND)).to.equal(true);
  });
});
