import { Code } from "@connectrpc/connect";
import { Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { Observation } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { ErrorReason } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { type BenchmarkReplica, type BenchmarkSite, createBenchmarkSite, refusalOf } from "./testing/benchmark-site.ts";
import { sketchOf } from "./testing/made-experiment.ts";
import { plainObservation, tenMs } from "./testing/plain-observation.ts";

after(stopTestDatabases);

const dayMs = 24 * 60 * 60 * 1000;

describe("the benchmark service, of what it is sent,", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(30_000);
  let site: BenchmarkSite;
  let replica: BenchmarkReplica;

  beforeEach(async () => {
    site = await createBenchmarkSite();
    replica = await site.serve(() => tenMs);
  });
  afterEach(() => site.close());

  const record = (...observations: Observation[]) => replica.client.recordObservations({ observations });
  const panel = () => replica.client.getPanel({ experimentId: "exp-1" });

  it("stores an observation once however often it comes", async () => {
    const [one, two] = [plainObservation(), plainObservation({ index: 1 })];
    expect(await record(one, one)).to.include({ inserted: 1, duplicates: 1 });
    expect(await record(one, two)).to.include({ inserted: 1, duplicates: 1 });
    const stored = (await panel()).arms.flatMap((arm) => arm.windows);
    expect(stored).to.deep.equal([one.measurement, two.measurement]);
    expect(await replica.metrics.text()).to.contain('phoenix_benchmark_observations_total{result="duplicate"} 2');
  });

  it("stores large batches, and batches that come at once on a new day", async () => {
    const startMs = tenMs - 5 * dayMs;
    const batch = Array.from({ length: 600 }, (_, index) =>
      plainObservation({ index, startMs, sketch: sketchOf(0, 10) }),
    );
    const answers = await Promise.all([record(...batch), record(...batch), record(...batch)]);
    expect(answers.reduce((sum, { inserted }) => sum + inserted, 0)).to.equal(600);
    expect(answers.reduce((sum, { duplicates }) => sum + duplicates, 0)).to.equal(1200);
  });

  it("stores windows on either side of midnight", async () => {
    const midnight = Date.UTC(2026, 10, 20);
    await record(plainObservation({ startMs: midnight - 5000 }), plainObservation({ startMs: midnight }));
    expect((await panel()).arms[0]?.windows).to.have.length(2);
  });

  it("refuses an observation without a host, and stores nothing of its batch", async () => {
    const error = await refusalOf(record(plainObservation(), plainObservation({ hostId: "" })));
    expect(error).to.include({ reason: ErrorReason.INVALID_FIELD, code: Code.InvalidArgument });
    expect((await panel()).arms).to.deep.equal([]);
  });

  it("drops and counts what can never be kept, and keeps the rest of the batch", async () => {
    const answer = await record(
      plainObservation(),
      plainObservation({ startMs: tenMs - 40 * dayMs }),
      plainObservation({ startMs: tenMs + 2 * dayMs }),
      plainObservation({ startMs: tenMs + 1234 }),
      plainObservation({ index: 1 }, { collectorCpuSeconds: -1 }),
      plainObservation({ index: 2 }, { activeSeries: 2n ** 63n }),
    );
    expect(answer).to.include({ inserted: 1, duplicates: 0 });
    const text = await replica.metrics.text();
    for (const [reason, count] of [
      ["too-old", 1],
      ["in-the-future", 1],
      ["off-grid", 1],
      ["impossible-number", 2],
    ]) {
      expect(text).to.contain(`phoenix_benchmark_observations_total{result="${reason}"} ${count}`);
    }
  });

  it("keeps NaN, and names with a NUL in them", async () => {
    const mustKeep = [{ expression: "x", processName: "a\0b", oracleSeen: true, reported: false }];
    await record(plainObservation({}, { collectorCpuSeconds: Number.NaN, mustKeep }));
    const [window] = (await panel()).arms[0]?.windows ?? [];
    expect(window?.collectorCpuSeconds).to.be.NaN;
    expect(window?.mustKeep[0]?.processName).to.equal("a\u{fffd}b");
  });

  it("stores an observation whose sketch is corrupt without it, and never merges it", async () => {
    const corrupt = sketchOf(0, 1000).map((byte) => byte ^ 0xff);
    const answer = await record(
      plainObservation({ sketch: corrupt }),
      plainObservation({ index: 1, sketch: sketchOf(0, 1000) }),
    );
    expect(answer).to.include({ inserted: 2 });
    expect(await replica.metrics.text()).to.contain("phoenix_benchmark_unreadable_sketches_total 1");
    // One that was damaged in the table is passed over as well, and holds nothing up.
    await site.db.query("UPDATE series_sketches SET sketch = '\\x00ff00' WHERE span_seconds = 1200");
    expect(await record(plainObservation({ index: 2, sketch: sketchOf(0, 1000) }))).to.include({ inserted: 1 });
    const { arms } = await replica.client.calculateKpis({ experimentId: "exp-1" });
    expect((arms[0]?.distinctSeries ?? 0) / 1000).to.be.closeTo(1, 0.03);
    expect(arms[0]?.windows).to.equal(3);
  });

  it("drops days past their retention, and keeps their KPI series", async () => {
    const sketch = sketchOf(0, 10);
    await record(plainObservation({ startMs: tenMs - 3 * dayMs, sketch }), plainObservation({ sketch }));
    await site.db.query("INSERT INTO observed_arms VALUES ('gone', 'h1', 'baseline', '2026-10-01', 5)");
    await replica.stop();
    replica = await site.serve(() => tenMs + 29 * dayMs);
    const deadline = Date.now() + 10_000;
    const partitions = async () =>
      (await site.db.query<{ name: string }>("SELECT inhrelid::regclass::text AS name FROM pg_inherits")).map(
        ({ name }) => name,
      );
    while ((await partitions()).includes("observations_20261117")) {
      expect(Date.now()).to.be.lessThan(deadline);
      await new Promise(setImmediate);
    }
    expect(await partitions()).to.include.members(["observations_20261120", "observations_20261219"]);
    expect((await panel()).arms[0]?.windows).to.have.length(1);
    // What was added up of the day is gone as well, and an experiment of which nothing is left.
    const left = async () =>
      site.db.query(
        `SELECT (SELECT count(*)::integer FROM observation_parts) AS parts,
           (SELECT count(*)::integer FROM compared_windows) AS compared,
           (SELECT count(*)::integer FROM series_sketches WHERE span_seconds = 5) AS sketches,
           (SELECT count(*)::integer FROM observed_arms) AS arms`,
      );
    while (((await left())[0]?.arms as number) > 1) {
      expect(Date.now()).to.be.lessThan(deadline);
      await new Promise(setImmediate);
    }
    expect(await left()).to.deep.equal([{ parts: 1, compared: 1, sketches: 1, arms: 1 }]);
    const { series } = await replica.client.getKpiSeries({ experimentId: "exp-1", kpis: [Kpi.DATA_POINTS] });
    expect(series[0]?.points.map((point) => point.value)).to.deep.equal([200, 200]);
  });
});
