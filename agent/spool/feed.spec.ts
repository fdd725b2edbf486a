import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { ObservationSchema } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { eventually } from "../scripted-controller/index.ts";
import { createFeed, type Feed, openSpool, type Spool, type SpoolBatch } from "./index.ts";

const logger = createLogger({ name: "test", level: "silent" });

describe("the feed", () => {
  let directory: string;
  let spool: Spool;
  let feed: Feed;
  let sent: SpoolBatch[];

  const add = (n: number) =>
    spool.add([create(ObservationSchema, { variant: "baseline", measurement: { activeSeries: BigInt(n) } })]);
  const seen = () => sent.map(({ observations }) => observations.map((o) => Number(o.measurement?.activeSeries)));

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "phoenix-feed-"));
    spool = await openSpool({ directory, logger });
    sent = [];
    feed = createFeed({
      spool,
      logger,
      maxInFlight: 2,
      acknowledgeWithinMs: 250,
      async send(batch) {
        sent.push(batch);
        return true;
      },
    });
  });
  afterEach(async () => {
    await feed.stop();
    await spool.close();
    await rm(directory, { recursive: true, force: true });
  });

  it("sends nothing without a session, and all in batches once there is one", async () => {
    for (let n = 1; n <= 3; n++) await add(n);
    feed.wake();
    expect(sent).to.deep.equal([]);
    feed.open(2);
    await eventually("two batches", () => sent.length === 2);
    expect(seen()).to.deep.equal([[1, 2], [3]]);
  });

  it("has no more on its way than allowed, and goes on with each acknowledgement", async () => {
    for (let n = 1; n <= 3; n++) await add(n);
    feed.open(1);
    await eventually("two batches", () => sent.length === 2);
    await feed.acknowledged(sent[0]!.batchId);
    await eventually("the third", () => sent.length === 3);
    expect(seen()).to.deep.equal([[1], [2], [3]]);
  });

  it("sends again in the next session what was not acknowledged in the last", async () => {
    await add(1);
    feed.open(4);
    await eventually("the batch", () => sent.length === 1);
    feed.shut();
    feed.open(4);
    await eventually("the batch again", () => sent.length === 2);
    expect(seen()).to.deep.equal([[1], [1]]);
    await feed.acknowledged(sent[1]!.batchId);
    expect(spool.waiting()).to.equal(0);
  });

  it("sends again in the same session what was not acknowledged in time, and is not stuck by it", async () => {
    for (let n = 1; n <= 3; n++) await add(n);
    feed.open(1);
    await eventually("both batches again", () => sent.length === 4);
    expect(seen()).to.deep.equal([[1], [2], [1], [2]]);
    // Late words about the first time say nothing about what is on its way now.
    await feed.acknowledged(sent[0]!.batchId);
    expect(spool.waiting()).to.equal(3);
    for (let n = 2; n < 5; n++) {
      const batch = await eventually("the next batch", () => sent[n]);
      await feed.acknowledged(batch.batchId);
    }
    expect(spool.waiting()).to.equal(0);
    expect(seen().flat()).to.deep.equal([1, 2, 1, 2, 3]);
  });

  it("notices what is added at any moment", async () => {
    feed.open(4);
    for (let n = 1; n <= 20; n++) {
      await add(n);
      feed.wake();
      const batch = await eventually("its batch", () => sent[n - 1]);
      await feed.acknowledged(batch.batchId);
    }
    expect(seen().flat()).to.deep.equal(Array.from({ length: 20 }, (_, i) => i + 1));
  });
});
