import { create } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { ContributorCountSchema, type Observation } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { type BenchmarkReplica, type BenchmarkSite, createBenchmarkSite } from "./testing/benchmark-site.ts";
import {
  beginMs,
  createRandom,
  madeExperiment,
  madeObservation,
  minuteMs,
  sketchOf,
} from "./testing/made-experiment.ts";

after(stopTestDatabases);

const dayMs = 24 * 60 * minuteMs;
const nowMs = beginMs + 12 * 60 * minuteMs;
const experimentId = "exp-1";

const startOf = ({ measurement }: Observation): number =>
  measurement?.windowStart === undefined ? Number.NaN : timestampMs(measurement.windowStart);

/** Every third window of each host says where its series come from. */
function withContributors(observations: Observation[]): Observation[] {
  const random = createRandom(11);
  for (const observation of observations) {
    const { measurement } = observation;
    const minute = (startOf(observation) - beginMs) / minuteMs;
    if (measurement === undefined || minute % 3 !== 0) continue;
    const names = ["process.cpu.time", "process.memory.usage", "process.threads"];
    measurement.contributors = create(ContributorCountSchema, {
      metrics: names.map((name) => ({ name, series: BigInt(Math.floor(random() * 100)), distinctValues: 0n })),
      attributes: [{ name: "state", series: 10n, distinctValues: BigInt(Math.floor(random() * 9)) }],
    });
  }
  return observations;
}

/** Answers as they are to be compared: sums of figures in another order may differ in their last digits. */
function rounded(answers: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answers, (_key, value) => {
      if (typeof value === "bigint") return String(value);
      return typeof value === "number" ? String(Number(value.toPrecision(9))) : value;
    }),
  );
}

describe("the end of what is asked for", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(60_000);
  let site: BenchmarkSite;
  let replica: BenchmarkReplica;

  beforeEach(async () => {
    site = await createBenchmarkSite();
    replica = await site.serve(() => nowMs);
  });
  afterEach(() => site.close());

  const record = async (observations: readonly Observation[]): Promise<void> => {
    for (let from = 0; from < observations.length; from += 1000) {
      await replica.client.recordObservations({ observations: observations.slice(from, from + 1000) });
    }
  };
  const timeOf = (startMinute: number, endMinute: number | undefined) => ({
    ...(startMinute === 0 ? {} : { startTime: timestampFromMs(beginMs + startMinute * minuteMs) }),
    ...(endMinute === undefined ? {} : { endTime: timestampFromMs(beginMs + endMinute * minuteMs) }),
  });
  /** What everything that has an end answers. */
  const ask = async (startMinute: number, endMinute: number | undefined) => {
    const time = timeOf(startMinute, endMinute);
    const { endTime } = timeOf(0, endMinute);
    const [kpis, cost, contributors, series] = await Promise.all([
      replica.client.calculateKpis({ experimentId, warmupWindows: 2, ...time }),
      replica.client.getCostAnalysis({ experimentId, warmupWindows: 2, fleetHosts: 100, ...time }),
      replica.client.getTopContributors({ experimentId, ...time }),
      replica.client.getKpiSeries({ experimentId, ...(endTime === undefined ? {} : { endTime }) }),
    ]);
    return {
      arms: kpis.arms,
      costs: cost.books,
      assumptions: cost.assumptions,
      from: contributors.arms,
      series: series.series,
    };
  };

  for (const [length, minutes] of [
    ["minutes", 40],
    // No span of 2.5 hours is whole: the largest part of one counts.
    ["hours that ends within a span", 211],
    ["hours that ends within one", 431],
    ["hours that ends with one", 433],
  ] as const) {
    it(`keeps the figures of an experiment of ${length} as they were, whatever its arms export after it`, async () => {
      const all = withContributors(madeExperiment(minutes + 90, 5));
      // An arm that begins after the end is no arm of what ended, nor is a host that comes later a host of it.
      const later = Array.from({ length: 90 }, (_, index) => index + minutes).flatMap((minute) =>
        [3, 4].map((host) => {
          const variant = host === 3 ? "candidate-2" : "candidate";
          const sketch = sketchOf(1000 * host, 1000 * host + 100);
          return madeObservation(() => 0.5, host, variant, beginMs + minute * minuteMs, sketch);
        }),
      );
      const endMs = beginMs + minutes * minuteMs;
      await record(all.filter((it) => startOf(it) < endMs));
      const starts = [0, 7, 21];
      const before = [];
      for (const start of starts) before.push(await ask(start, undefined));
      expect(before[0]?.arms.map(({ variant }) => variant)).to.deep.equal(["baseline", "candidate"]);
      expect(before[0]?.costs[0]?.savings).to.have.length(1);
      await record([...all.filter((it) => startOf(it) >= endMs), ...later]);
      const drifted = rounded(await ask(0, undefined)) as Record<string, unknown>;
      for (const [index, start] of starts.entries()) {
        expect(rounded(await ask(start, minutes)), `from ${start} on`).to.deep.equal(rounded(before[index]));
      }
      // Without an end everything moves.
      for (const [name, value] of Object.entries(rounded(before[0]) as Record<string, unknown>)) {
        expect(drifted[name], name).to.not.deep.equal(value);
      }
    });
  }

  it("counts a part of an hour at either end of where series come from", async () => {
    const observations = withContributors(madeExperiment(200, 5));
    await record(observations);
    for (const [startMinute, endMinute] of [
      [0, 200],
      [0, 73],
      [0, 100],
      [13, 133],
      [20, 110],
      [20, 50],
      [30, 45],
      [5, 13],
      [100, 161.5],
    ] as const) {
      const { arms } = await replica.client.getTopContributors({
        experimentId,
        limit: 1,
        ...timeOf(startMinute, endMinute),
      });
      for (const variant of ["baseline", "candidate"]) {
        const said = `${variant} from ${startMinute} to ${endMinute}`;
        const counted = observations.filter((it) => {
          const minute = (startOf(it) - beginMs) / minuteMs;
          const within = minute >= startMinute && minute < endMinute;
          return within && it.variant === variant && it.measurement?.complete && it.measurement.contributors;
        });
        const hosts = new Set(counted.map(({ hostId }) => hostId)).size;
        const values = counted.map(({ measurement }) =>
          Number(measurement?.contributors?.attributes[0]?.distinctValues ?? Number.NaN),
        );
        const sum = values.reduce((total, value) => total + value, 0);
        const arm = arms.find((one) => one.variant === variant);
        expect(arm?.windows, said).to.equal(counted.length);
        const mean = BigInt(Math.round((sum * hosts) / counted.length));
        expect(arm?.attributes[0]?.distinctValues, said).to.equal(mean);
      }
    }
  });

  it("leaves nothing when it is before the start, or before anything was measured", async () => {
    await record(withContributors(madeExperiment(200, 5)));
    for (const [startMinute, endMinute] of [
      [60, 30],
      [60, 60],
      [160, 30],
      [61.5, 61.5],
      [0, 0],
      [0, -600],
    ] as const) {
      const { arms, costs, from } = await ask(startMinute, endMinute);
      const said = `from ${startMinute} to ${endMinute}`;
      expect([arms, from, costs.flatMap((book) => book.arms)], said).to.deep.equal([[], [], []]);
    }
    expect((await ask(0, 0)).series).to.deep.equal([]);
  });

  it("gives what is left of an experiment whose first days were dropped", async () => {
    const observations = madeExperiment(200, 5);
    for (const observation of observations) {
      // Its last 92 minutes are on the next day.
      const { measurement } = observation;
      if (measurement !== undefined) measurement.windowStart = timestampFromMs(startOf(observation) + 745 * minuteMs);
    }
    const midnightMs = Math.floor(nowMs / dayMs + 1) * dayMs;
    const minuteOf = (ms: number): number => (ms - beginMs) / minuteMs;
    await record(observations);
    const endMinute = minuteOf(midnightMs) + 50;
    const seconds = rounded((await ask(minuteOf(midnightMs), endMinute)).arms);
    expect(seconds).to.have.length(2);
    await replica.stop();
    replica = await site.serve(() => midnightMs + 30 * dayMs);
    const deadline = Date.now() + 30_000;
    const partitions = async () => site.db.query("SELECT FROM pg_class WHERE relname = 'observations_20261120'");
    const sums = async () =>
      site.db.query(
        `SELECT FROM observation_parts WHERE part_start < '2026-11-21'
         UNION ALL SELECT FROM observation_hours WHERE hour_start < '2026-11-21'
         UNION ALL SELECT FROM observation_quarters WHERE quarter_start < '2026-11-21'`,
      );
    while ((await partitions()).length + (await sums()).length > 0) {
      expect(Date.now(), "the day is still there").to.be.lessThan(deadline);
      await new Promise(setImmediate);
    }
    expect(rounded((await ask(0, endMinute)).arms)).to.deep.equal(seconds);
    const first = await ask(0, minuteOf(midnightMs));
    expect(first.arms).to.deep.equal([]);
    expect(first.costs.flatMap(({ arms }) => arms)).to.deep.equal([]);
    // Charts go on to show it.
    expect(first.series).to.not.deep.equal([]);
  });
});
