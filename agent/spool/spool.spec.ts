import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Observation, ObservationSchema } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { openSpool } from "./index.ts";

const logger = createLogger({ name: "test", level: "silent" });

/** The observations of one window; `n` tells them apart. */
const window = (n: number): Observation[] =>
  ["baseline", "candidate"].map((variant) =>
    create(ObservationSchema, {
      experimentId: "e",
      variant,
      measurement: { windowStart: timestampFromMs(n * 1000), windowSeconds: 1, activeSeries: BigInt(n) },
    }),
  );
const numbers = (observations: Observation[]) => observations.map((o) => Number(o.measurement?.activeSeries));

describe("the spool", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "phoenix-spool-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("gives the oldest first, in batches, and forgets what is acknowledged", async () => {
    const spool = await openSpool({ directory, logger });
    for (let n = 1; n <= 3; n++) await spool.add(window(n));
    const first = await spool.take(4);
    const second = await spool.take(4);
    expect(numbers(first!.observations)).to.deep.equal([1, 1, 2, 2]);
    expect(numbers(second!.observations)).to.deep.equal([3, 3]);
    expect(await spool.take(4)).to.equal(null);
    await spool.acknowledge(first!.batchId);
    await spool.acknowledge(first!.batchId);
    expect(spool.waiting()).to.equal(2);
    await spool.close();
  });

  it("gives again what was on its way when the session ended", async () => {
    const spool = await openSpool({ directory, logger });
    await spool.add(window(1));
    const lost = await spool.take(256);
    spool.release();
    const again = await spool.take(256);
    expect(numbers(again!.observations)).to.deep.equal([1, 1]);
    expect(again!.batchId > lost!.batchId).to.equal(true);
    await spool.acknowledge(lost!.batchId);
    expect(spool.waiting()).to.equal(2);
    await spool.acknowledge(again!.batchId);
    expect(spool.waiting()).to.equal(0);
    await spool.close();
  });

  it("holds over a restart what was not acknowledged, and goes on numbering", async () => {
    const before = await openSpool({ directory, logger });
    await before.add(window(1));
    await before.add(window(2));
    const sent = await before.take(2);
    await before.acknowledge(sent!.batchId);
    // Not closed: a killed agent closes nothing.
    const after = await openSpool({ directory, logger });
    const rest = await after.take(256);
    expect(numbers(rest!.observations)).to.deep.equal([2, 2]);
    expect(rest!.batchId > sent!.batchId).to.equal(true);
    await Promise.all([before.close(), after.close()]);
  });

  it("drops the oldest when it is full, and counts them", async () => {
    const spool = await openSpool({ directory, logger, maxObservations: 4 });
    for (let n = 1; n <= 5; n++) await spool.add(window(n));
    expect({ waiting: spool.waiting(), dropped: spool.dropped() }).to.deep.equal({ waiting: 4, dropped: 6 });
    expect(numbers((await spool.take(256))!.observations)).to.deep.equal([4, 4, 5, 5]);
    await spool.close();
  });

  it("gives what was refused again by itself, and drops what is refused so", async () => {
    const spool = await openSpool({ directory, logger });
    for (let n = 1; n <= 3; n++) await spool.add(window(n));
    const together = await spool.take(4);
    const third = await spool.take(4);
    await spool.refuse([together!.batchId]);
    // A suspect goes alone: not beside the third, and nothing beside it.
    expect(await spool.take(4)).to.equal(null);
    await spool.acknowledge(third!.batchId);
    await spool.add(window(4));
    const first = await spool.take(4);
    expect(numbers(first!.observations)).to.deep.equal([1, 1]);
    expect(await spool.take(4)).to.equal(null);
    await spool.refuse([first!.batchId]);
    const second = await spool.take(4);
    expect(numbers(second!.observations)).to.deep.equal([2, 2]);
    await spool.acknowledge(second!.batchId);
    expect(numbers((await spool.take(4))!.observations)).to.deep.equal([4, 4]);
    expect([spool.waiting(), spool.refused(), spool.dropped()]).to.deep.equal([2, 2, 2]);
    await spool.close();
  });

  it("leaves a file out that cannot be read, and goes on", async () => {
    const first = await openSpool({ directory, logger });
    await first.add(window(1));
    await first.add(window(2));
    await first.close();
    const [name] = (await readdir(directory)).sort() as [string];
    await writeFile(join(directory, name), "noise");
    const spool = await openSpool({ directory, logger });
    expect(numbers((await spool.take(256))!.observations)).to.deep.equal([2, 2]);
    expect(spool.dropped()).to.equal(2);
    await spool.close();
  });
});
