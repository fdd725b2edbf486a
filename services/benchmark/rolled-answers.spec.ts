import { create } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ContributorCountSchema, type Observation } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { calculateFigures } from "./kpis/index.ts";
import { type BenchmarkReplica, type BenchmarkSite, createBenchmarkSite } from "./testing/benchmark-site.ts";
import {
  beginMs,
  createRandom,
  madeExperiment,
  madeObservation,
  minuteMs,
  sketchOf,
  windowOf,
} from "./testing/made-experiment.ts";

after(stopTestDatabases);

const nowMs = Date.UTC(2026, 10, 20, 22);
const never = Number.POSITIVE_INFINITY;

describe("what was added up as observations came in", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(60_000);
  let site: BenchmarkSite;
  let clockMs: number;
  let replicas: BenchmarkReplica[];

  beforeEach(async () => {
    site = await createBenchmarkSite();
    clockMs = nowMs;
    replicas = [await site.serve(() => clockMs), await site.serve(() => clockMs)];
  });
  afterEach(() => site.close());
  const client = (replica = 0) => (replicas[replica] ?? expect.fail("no such replica")).client;

  /** Asks for the key figures of a time, in minutes, and holds them against what the windows give. */
  const compareFigures = async (
    observations: readonly Observation[],
    [warmupWindows, startMinute, endMinute]: readonly [number, number, number],
  ): Promise<void> => {
    const startMs = beginMs + startMinute * minuteMs;
    const endMs = beginMs + endMinute * minuteMs;
    // The warm-up is counted from the first window of each arm of each host, whatever the start.
    const firsts = Map.groupBy(observations.map(windowOf), ({ hostId, variant }) => `${hostId} ${variant}`);
    const counted = [...firsts.values()].flatMap((own) => {
      const warmMs = Math.min(...own.map((it) => it.startMs)) + warmupWindows * minuteMs;
      return own.filter((it) => it.startMs >= Math.max(warmMs, startMs) && it.startMs < endMs);
    });
    const { arms } = await client().calculateKpis({
      experimentId: "exp-1",
      warmupWindows,
      ...(startMinute === 0 ? {} : { startTime: timestampFromMs(startMs) }),
      ...(endMinute === never ? {} : { endTime: timestampFromMs(endMs) }),
    });
    const expected = calculateFigures(counted, 0);
    expect(arms).to.have.length(expected.length);
    for (const [index, figures] of expected.entries()) {
      const arm = arms[index] ?? expect.fail("an arm is missing");
      for (const [name, value] of Object.entries(figures)) {
        const found = arm[name as keyof typeof arm];
        const said = `${name} after ${warmupWindows} windows from ${startMinute} to ${endMinute}`;
        if (typeof value === "string") expect(found).to.equal(value);
        else expect(Number(found), said).to.be.closeTo(value, 1e-9 * Math.max(1, Math.abs(value)));
      }
    }
  };

  it("gives the key figures that the windows themselves give, of any time and after any warm-up", async () => {
    const observations = madeExperiment(200, 5);
    await client().recordObservations({ observations });
    for (const asked of [
      [0, 0, never],
      [4, 0, never],
      [4, 13, never],
      [0, 20, never],
      [3, 60, never],
      [40, 0, never],
      [2, 130, never],
      // Before and after the middle of an hour, at its end, and within the first; before the third host comes.
      [4, 0, 150],
      [4, 0, 170],
      [0, 60, 133],
      [2, 130, 187.5],
      [0, 0, 13],
      [4, 0, 12],
      [0, 15, 40],
      [0, 60, 65],
      [40, 0, 50],
      // Either side of the middle of ten minutes, on their ends, and both ends within the same.
      [0, 5, 137],
      [4, 31, 98],
      [1, 43, 103],
      [0, 26, 28],
      [7, 90, 94],
      [0, 53, 74.5],
      [12, 70, 191],
    ] as const) {
      await compareFigures(observations, asked);
    }
  });

  it("gives them over quarters of a day as well, whatever of them is added up already", async () => {
    const random = createRandom(11);
    // A window every 11 minutes or so, of hosts that come one after the other, from 9:47 until 6:00 of the next day.
    const minutes = Array.from({ length: 110 }, (_, step) => step * 11);
    const observations = minutes.flatMap((minute) =>
      [0, 1, 2]
        .filter((host) => minute >= host * 170)
        .flatMap((host) =>
          ["baseline", "candidate"].map((variant) =>
            madeObservation(random, host, variant, beginMs + (minute + 2 * host) * minuteMs, new Uint8Array()),
          ),
        ),
    );
    clockMs = beginMs + 30 * 60 * minuteMs;
    // The first of the third host come when their quarter is over.
    const late = observations.filter(({ hostId }, index) => hostId === "h2" && index % 3 === 0);
    await client().recordObservations({ observations: observations.filter((it) => !late.includes(it)) });
    await client(1).recordObservations({ observations: late });
    const quarters = await site.db.query<{ at: Date }>(
      "SELECT DISTINCT quarter_start AS at FROM observation_quarters ORDER BY 1",
    );
    expect(quarters.map(({ at }) => at.toISOString().slice(11, 16))).to.deep.equal(["06:00", "12:00", "18:00"]);
    for (const asked of [
      [0, 0, never],
      [4, 0, never],
      [200, 0, never],
      [0, 133, never],
      [0, 400, never],
      [2, 640, never],
      [0, 0, 800],
      [4, 100, 1000],
      [4, 300, 1213],
      [0, 500, 520],
      [90, 134, 494],
      [0, 1160, never],
    ] as const) {
      await compareFigures(observations, asked);
    }
  });

  it("counts series in vendors' windows alike from windows and from spans counted before", async () => {
    // Ten new series a minute on each of three hosts: a span of n minutes has 90 + 10 n of each host there.
    const plain = (minutes: number) =>
      Array.from({ length: minutes }, (_, minute) =>
        [0, 1, 2].map((host) => {
          const from = 100_000 * host + 10 * minute;
          const made = madeObservation(
            () => 0.5,
            host,
            "baseline",
            beginMs + minute * minuteMs,
            sketchOf(from, from + 100),
          );
          return made;
        }),
      ).flat();
    const expectations = [
      // The last is on the clock's hours, of which none is whole in the shorter one.
      { minutes: 61, spans: [3, 1, 1, 1], complete: [true, true, false, false], series: [870, 2070, 2100, 1680] },
      { minutes: 300, spans: [14, 4, 1, 4], complete: [true, true, true, true], series: [870, 2070, 4770, 2070] },
    ];
    for (const { minutes, spans, complete, series } of expectations) {
      await site.db.query(
        `TRUNCATE observations, observation_parts, observation_hours, observation_quarters, rolled_hours, metrics_cache, compared_windows,
         series_sketches, observed_arms`,
      );
      const observations = plain(minutes);
      for (let from = 0; from < observations.length; from += 300) {
        await client().recordObservations({ observations: observations.slice(from, from + 300) });
      }
      const { arms } = await client().calculateKpis({ experimentId: "exp-1" });
      const counts = arms[0]?.vendorSeries ?? [];
      expect(counts.map(({ window }) => window)).to.deep.equal(["20m", "1h", "2h30m", "hourly-mean"]);
      expect(counts.map((count) => count.spans)).to.deep.equal(spans);
      expect(counts.map((count) => count.complete)).to.deep.equal(complete);
      for (const [index, count] of counts.entries()) {
        expect(count.mean / (series[index] ?? Number.NaN), `${count.window} of ${minutes}`).to.be.closeTo(1, 0.03);
      }
      expect((arms[0]?.distinctSeries ?? 0) / (3 * (90 + 10 * minutes))).to.be.closeTo(1, 0.03);
    }
  });

  it("shortens a long series for charts to means over steps of whole windows", async () => {
    const random = () => 0.5;
    const observations = Array.from({ length: 720 }, (_, minute) =>
      madeObservation(random, 0, "baseline", beginMs - 60 * minuteMs + minute * minuteMs, new Uint8Array()),
    );
    for (let from = 0; from < observations.length; from += 240) {
      await client().recordObservations({ observations: observations.slice(from, from + 240) });
    }
    const { series } = await client().getKpiSeries({ experimentId: "exp-1", kpis: [Kpi.ACTIVE_SERIES] });
    const points = series[0]?.points ?? [];
    expect(points).to.have.length(360);
    expect(points.every(({ value }) => value === 125)).to.equal(true);
    const times = points.map(({ windowStart }) => (windowStart === undefined ? Number.NaN : timestampMs(windowStart)));
    expect((times[1] ?? Number.NaN) - (times[0] ?? Number.NaN)).to.equal(2 * minuteMs);
  });

  it("says where series come from, mean over the windows counted and summed over hosts", async () => {
    const contributors = (series: bigint) => ({
      metrics: [
        { name: "process.cpu.time", series, distinctValues: 0n },
        { name: "process.memory.usage", series: series / 2n, distinctValues: 0n },
      ],
      attributes: [
        { name: "state", series: series * 2n, distinctValues: 3n },
        { name: "resource.process.pid", series, distinctValues: series },
      ],
    });
    const observations = [0, 1].flatMap((host) =>
      [0, 1, 20, 21].map((minute) => {
        const made = madeObservation(() => 0.5, host, "baseline", beginMs + minute * minuteMs, new Uint8Array());
        // Counted in every other window.
        if (made.measurement !== undefined && minute % 2 === 0) {
          const counted = contributors(host === 0 ? 100n : BigInt(200 + minute));
          made.measurement.contributors = create(ContributorCountSchema, counted);
        }
        return made;
      }),
    );
    await client().recordObservations({ observations });
    const { arms } = await client().getTopContributors({ experimentId: "exp-1" });
    expect(arms).to.have.length(1);
    expect(arms[0]).to.include({ variant: "baseline", windows: 4 });
    expect(arms[0]?.metrics.map(({ name, series }) => [name, series])).to.deep.equal([
      ["process.cpu.time", 310n],
      ["process.memory.usage", 155n],
    ]);
    // By distinct values, not by series.
    expect(arms[0]?.attributes.map(({ name, distinctValues }) => [name, distinctValues])).to.deep.equal([
      ["resource.process.pid", 310n],
      ["state", 6n],
    ]);
    const one = await client().getTopContributors({ experimentId: "exp-1", limit: 1 });
    expect(one.arms[0]?.metrics).to.have.length(1);
    // From 10:00 on, and from within the hour on: only the second counts.
    for (const minute of [13, 5]) {
      const startTime = timestampFromMs(beginMs + minute * minuteMs);
      const later = await client().getTopContributors({ experimentId: "exp-1", startTime });
      expect(later.arms[0]).to.include({ windows: 2 });
      expect(later.arms[0]?.metrics[0]?.series).to.equal(320n);
    }
    const panel = await client().getPanel({ experimentId: "exp-1" });
    const windows = panel.arms.find(({ hostId }) => hostId === "h1")?.windows ?? [];
    expect(windows.map((window) => window.contributors?.metrics[0]?.series)).to.deep.equal([
      200n,
      undefined,
      220n,
      undefined,
    ]);
    expect((await client().getTopContributors({ experimentId: "none" })).arms).to.deep.equal([]);
  });
});
