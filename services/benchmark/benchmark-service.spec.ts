import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { type Client, Code, createClient } from "@connectrpc/connect";
import { Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import {
  BenchmarkService as Contract,
  GetPanelResponseSchema,
} from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import {
  type Observation,
  ObservationSchema,
  type WindowMeasurementSchema,
} from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { createLogger } from "@phoenix/platform/logging";
import { createInProcessTransport } from "@phoenix/platform/rpc";
import { HyperLogLog } from "@phoenix/platform/sketch";
import { createMetrics, type Metrics } from "@phoenix/platform/telemetry";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Platform1700000000001 } from "../../migrations/0001-platform.ts";
import { Benchmark1700000000004 } from "../../migrations/0004-benchmark.ts";
import { PriceBooksAndRollups1700000000008 } from "../../migrations/0008-price-books-and-rollups.ts";
import { ObservationParts1700000000020 } from "../../migrations/0020-observation-parts.ts";
import { ObservationQuarters1700000000021 } from "../../migrations/0021-observation-quarters.ts";
import { type BenchmarkService, createBenchmarkService } from "./index.ts";

after(stopTestDatabases);

const logger = createLogger({ name: "benchmark-spec", level: "fatal" });
const nowMs = Date.UTC(2026, 10, 20, 10);
const dayMs = 24 * 60 * 60 * 1000;
const refused = (call: Promise<unknown>) =>
  call.then(
    () => expect.fail("nothing was refused"),
    (error: unknown) => fromConnectError(error),
  );

/** Numbers well mixed over 32 bits (the finaliser of MurmurHash3). */
const mixed = (value: number): number => {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
};
const sketchOf = (from: number, to: number): Uint8Array => {
  const sketch = new HyperLogLog();
  for (let id = from; id < to; id++) sketch.add(mixed(id + 1), mixed(id + 0x9e3779b9));
  return sketch.toBytes();
};

type Made = {
  variant?: string;
  hostId?: string;
  index?: number;
  startMs?: number;
  series?: number;
  sketch?: Uint8Array;
};
const observation = (
  {
    variant = "baseline",
    hostId = "h1",
    index = 0,
    startMs = nowMs,
    series = 1000,
    sketch = new Uint8Array(),
  }: Made = {},
  over: Omit<MessageInitShape<typeof WindowMeasurementSchema>, "$typeName"> = {},
): Observation =>
  create(ObservationSchema, {
    experimentId: "exp-1",
    hostId,
    variant,
    seriesSketch: sketch,
    measurement: {
      windowStart: timestampFromMs(startMs + index * 5000),
      windowSeconds: 5,
      activeSeries: BigInt(series),
      dataPoints: BigInt(series),
      metricNames: 11n,
      otlpBytes: BigInt(series * 124),
      requests: 2n,
      collectorCpuSeconds: 0.05,
      collectorRssBytes: 90_000_000n,
      collectorUp: true,
      complete: true,
      configDigest: "d".repeat(64),
      clockOffsetMs: -3n,
      mustKeep: [{ expression: "^pg$", processName: "pg", oracleSeen: true, reported: true }],
      ...over,
    },
  });

describe("the benchmark service", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(30_000);
  let db: Database;
  let metrics: Metrics;
  let service: BenchmarkService;
  let client: Client<typeof Contract>;

  const serve = async (clock = () => nowMs): Promise<void> => {
    metrics = createMetrics({ processMetrics: false });
    service = createBenchmarkService({ db, logger, metrics, clock });
    await service.start();
    client = createClient(
      Contract,
      createInProcessTransport((router) => service.routes(router), { logger, metrics }),
    );
  };
  beforeEach(async () => {
    db = await createTestDatabase({
      migrations: [
        Platform1700000000001,
        Benchmark1700000000004,
        PriceBooksAndRollups1700000000008,
        ObservationParts1700000000020,
        ObservationQuarters1700000000021,
      ],
    });
    await serve();
  });
  afterEach(async () => {
    await service.stop();
    await db.close();
  });

  const record = (...observations: Observation[]) => client.recordObservations({ observations });
  const panel = (startMs?: number) =>
    client.getPanel({
      experimentId: "exp-1",
      ...(startMs === undefined ? {} : { startTime: timestampFromMs(startMs) }),
    });

  it("stores an observation once however often it comes", async () => {
    const [one, two] = [observation(), observation({ index: 1 })];
    expect(await record(one, one)).to.include({ inserted: 1, duplicates: 1 });
    expect(await record(one, two)).to.include({ inserted: 1, duplicates: 1 });
    const stored = (await panel()).arms.flatMap((arm) => arm.windows);
    expect(stored).to.deep.equal([one.measurement, two.measurement]);
    expect(await metrics.text()).to.contain('phoenix_benchmark_observations_total{result="duplicate"} 2');
  });

  it("stores large batches, and batches that come at once on a new day", async () => {
    const startMs = nowMs - 5 * dayMs;
    const batch = Array.from({ length: 600 }, (_, index) => observation({ index, startMs, sketch: sketchOf(0, 10) }));
    const answers = await Promise.all([record(...batch), record(...batch), record(...batch)]);
    expect(answers.reduce((sum, { inserted }) => sum + inserted, 0)).to.equal(600);
    expect(answers.reduce((sum, { duplicates }) => sum + duplicates, 0)).to.equal(1200);
  });

  it("stores windows on either side of midnight", async () => {
    const midnight = Date.UTC(2026, 10, 20);
    await record(observation({ startMs: midnight - 5000 }), observation({ startMs: midnight }));
    expect((await panel()).arms[0]?.windows).to.have.length(2);
  });

  it("refuses an observation without a host, and stores nothing of its batch", async () => {
    const error = await refused(record(observation(), observation({ hostId: "" })));
    expect(error).to.include({ reason: ErrorReason.INVALID_FIELD, code: Code.InvalidArgument });
    expect((await panel()).arms).to.deep.equal([]);
  });

  it("drops and counts what can never be kept, and keeps the rest of the batch", async () => {
    const answer = await record(
      observation(),
      observation({ startMs: nowMs - 40 * dayMs }),
      observation({ startMs: nowMs + 2 * dayMs }),
      observation({ startMs: nowMs + 1234 }),
      observation({ index: 1 }, { collectorCpuSeconds: -1 }),
      observation({ index: 2 }, { activeSeries: 2n ** 63n }),
    );
    expect(answer).to.include({ inserted: 1, duplicates: 0 });
    const text = await metrics.text();
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
    await record(observation({}, { collectorCpuSeconds: Number.NaN, mustKeep }));
    const [window] = (await panel()).arms[0]?.windows ?? [];
    expect(window?.collectorCpuSeconds).to.be.NaN;
    expect(window?.mustKeep[0]?.processName).to.equal("a\u{fffd}b");
  });

  it("gives the panel by host and arm, in time order, from a time on", async () => {
    await record(
      observation({ hostId: "h2", index: 1 }),
      observation({ variant: "candidate", index: 1 }),
      observation({ variant: "candidate" }),
      observation({ index: 2 }),
    );
    const { arms } = await panel();
    expect(arms.map(({ hostId, variant }) => [hostId, variant])).to.deep.equal([
      ["h1", "baseline"],
      ["h1", "candidate"],
      ["h2", "baseline"],
    ]);
    expect(arms[1]?.windows.map((window) => window.windowStart && timestampMs(window.windowStart))).to.deep.equal([
      nowMs,
      nowMs + 5000,
    ]);
    expect((await panel(nowMs + 10_000)).arms).to.have.length(1);
    expect((await client.getPanel({ experimentId: "exp-2" })).arms).to.deep.equal([]);
  });

  it("gives a long panel in answers that fit a message, losing nothing between them", async () => {
    const mustKeep = Array.from({ length: 60 }, (_, index) => ({
      expression: `^some-long-process-name-${index}$`,
      processName: `some-long-process-name-${index}`,
      oracleSeen: true,
      reported: true,
    }));
    const total = 1500;
    for (let from = 0; from < total; from += 250) {
      const batch = Array.from({ length: 250 }, (_, index) =>
        ["h1", "h2"].map((hostId) => observation({ hostId, index: from + index }, { mustKeep })),
      ).flat();
      await record(...batch.slice(0, 250));
      await record(...batch.slice(250));
    }
    const seen: string[] = [];
    let answers = 0;
    for (let pageToken = ""; ; ) {
      const answer = await client.getPanel({ experimentId: "exp-1", pageToken });
      expect(toBinary(GetPanelResponseSchema, answer).length).to.be.lessThan(4 * 1024 * 1024);
      answers += 1;
      for (const { hostId, windows } of answer.arms) {
        for (const { windowStart } of windows) seen.push(`${hostId} ${windowStart?.seconds}`);
      }
      pageToken = answer.nextPageToken;
      if (pageToken === "") break;
    }
    expect(answers).to.be.greaterThan(1);
    expect(seen).to.have.length(2 * total);
    expect(new Set(seen).size).to.equal(2 * total);
  });

  it("gives the panel in pages of the size asked for, which may end between the hosts of a moment", async () => {
    await record(
      ...["h1", "h2", "h3"].flatMap((hostId) => [observation({ hostId }), observation({ hostId, index: 1 })]),
    );
    const pages: string[][] = [];
    for (let pageToken = ""; ; ) {
      const answer = await client.getPanel({ experimentId: "exp-1", pageSize: 4, pageToken });
      pages.push(answer.arms.flatMap(({ hostId, windows }) => windows.map(() => hostId)));
      pageToken = answer.nextPageToken;
      if (pageToken === "") break;
    }
    expect(pages).to.deep.equal([
      ["h1", "h1", "h2", "h3"],
      ["h2", "h3"],
    ]);
    const later = { experimentId: "exp-1", pageSize: 3, startTime: timestampFromMs(nowMs + 5000) };
    expect((await client.getPanel(later)).nextPageToken).to.equal("");
  });

  it("refuses a page token that it did not give out", async () => {
    const { nextPageToken: ofBooks } = await client.listPriceBooks({ pageSize: 1 });
    const encoded = (text: string) => Buffer.from(text).toString("base64url");
    for (const pageToken of ["x", ofBooks, encoded("panel\0soon\0h1\0baseline"), encoded(`panel\0${"9".repeat(15)}`)]) {
      const error = await refused(client.getPanel({ experimentId: "exp-1", pageToken }));
      expect(error.reason, pageToken).to.equal(ErrorReason.INVALID_PAGE_TOKEN);
    }
  });

  it("computes key figures, with distinct series from merged sketches", async () => {
    await record(
      observation({ sketch: sketchOf(0, 9000) }), // warm-up
      observation({ index: 1, sketch: sketchOf(0, 1000) }),
      observation({ index: 2, sketch: sketchOf(500, 1500) }),
      observation({ index: 1, hostId: "h0" }),
    );
    const { arms } = await client.calculateKpis({ experimentId: "exp-1", warmupWindows: 1 });
    expect(arms).to.have.length(1);
    expect(arms[0]).to.include({
      hosts: 1,
      windows: 2,
      activeSeriesMean: 1000,
      dataPointsPerSecond: 200,
      retentionRatio: 1,
    });
    expect((arms[0]?.distinctSeries ?? 0) / 1500).to.be.closeTo(1, 0.03);
  });

  it("stores an observation whose sketch is corrupt without it, and never merges it", async () => {
    const corrupt = sketchOf(0, 1000).map((byte) => byte ^ 0xff);
    const answer = await record(observation({ sketch: corrupt }), observation({ index: 1, sketch: sketchOf(0, 1000) }));
    expect(answer).to.include({ inserted: 2 });
    expect(await metrics.text()).to.contain("phoenix_benchmark_unreadable_sketches_total 1");
    // One that was damaged in the table is passed over as well, and holds nothing up.
    await db.query("UPDATE series_sketches SET sketch = '\\x00ff00' WHERE span_seconds = 1200");
    expect(await record(observation({ index: 2, sketch: sketchOf(0, 1000) }))).to.include({ inserted: 1 });
    const { arms } = await client.calculateKpis({ experimentId: "exp-1" });
    expect((arms[0]?.distinctSeries ?? 0) / 1000).to.be.closeTo(1, 0.03);
    expect(arms[0]?.windows).to.equal(3);
  });

  it("prices both arms, marginal by default, scaled to the interval in production", async () => {
    for (const [variant, series] of [
      ["baseline", 3000],
      ["candidate", 600],
    ] as const) {
      const windows = Array.from({ length: 12 }, (_, index) =>
        observation({ variant, index, series, sketch: sketchOf(0, series) }),
      );
      await record(...windows);
    }
    const ask = { experimentId: "exp-1", warmupWindows: 4, productionIntervalSeconds: { baseline: 60, candidate: 60 } };
    const { books, assumptions } = await client.getCostAnalysis(ask);
    expect(books).to.have.length(10);
    const monthly = (name: string) =>
      books.find(({ book }) => book?.name === name)?.arms.map((arm) => arm.monthly) ?? [];
    // 3,000 points a minute are 129.6 million a month.
    expect(monthly("signoz-cloud")[0]).to.be.closeTo(12.96, 1e-6);
    expect(monthly("signoz-cloud")[1]).to.be.closeTo(2.592, 1e-6);
    expect(monthly("datadog-custom-metrics")[0]).to.be.closeTo(150, 4);
    expect(monthly("grafana-cloud-pro")[0]).to.be.closeTo(19.5, 0.6);
    expect(
      books.flatMap(({ arms }) => arms).every((arm) => arm.monthlyLow <= arm.monthly && arm.monthly <= arm.monthlyHigh),
    ).to.equal(true);
    expect(assumptions.join("\n")).to.contain("marginal").and.contain("every 5.0 s, as measured, to one every 60.0 s");

    const measured = await client.getCostAnalysis({ ...ask, books: ["signoz-cloud"], productionIntervalSeconds: {} });
    expect(measured.books[0]?.arms[0]?.monthly).to.be.closeTo(12 * 12.96, 1e-6);
    const allowed = await client.getCostAnalysis({ ...ask, books: ["grafana-cloud-pro"], applyAllowances: true });
    expect(allowed.books[0]?.arms[0]?.monthly).to.equal(0);
  });

  it("prices nothing before both arms delivered, and refuses unknown books and impossible intervals", async () => {
    const empty = await client.getCostAnalysis({ experimentId: "exp-1", books: ["signoz-cloud"] });
    expect(empty.books[0]?.arms).to.deep.equal([]);
    expect(empty.assumptions[0]).to.contain("Nothing is priced yet");
    const unknown = await refused(
      client.getCostAnalysis({ experimentId: "exp-1", books: ["signoz-cloud", "no-such"] }),
    );
    expect(unknown.reason).to.equal(ErrorReason.INVALID_FIELD);
    expect(unknown.message).to.contain("grafana-cloud-pro");
    for (const seconds of [0, -5, Number.NaN, Number.POSITIVE_INFINITY]) {
      const ask = { experimentId: "exp-1", productionIntervalSeconds: { baseline: seconds } };
      expect((await refused(client.getCostAnalysis(ask))).reason).to.equal(ErrorReason.INVALID_FIELD);
    }
  });

  it("lists price books in pages", async () => {
    const first = await client.listPriceBooks({ pageSize: 5 });
    const second = await client.listPriceBooks({ pageSize: 5, pageToken: first.nextPageToken });
    const names = [...first.priceBooks, ...second.priceBooks].map((book) => book.name);
    expect(names)
      .to.have.length(10)
      .and.deep.equal([...names].sort());
    expect(second.nextPageToken).to.equal("");
    expect(first.priceBooks[0]).to.include({ currency: "USD", asOf: "2026-10-01", trust: "secondary" });
    for (const pageToken of ["x", Buffer.from("book:UPPER").toString("base64url")]) {
      expect((await refused(client.listPriceBooks({ pageToken }))).reason).to.equal(ErrorReason.INVALID_PAGE_TOKEN);
    }
  });

  it("gives KPIs over time, summed or averaged over hosts", async () => {
    await record(
      observation({ series: 100 }, { collectorCpuSeconds: 0.1 }),
      observation({ series: 300, hostId: "h2" }, { collectorCpuSeconds: 0.3 }),
      observation({ index: 1 }),
      observation({ index: 2 }, { complete: false }),
    );
    const { series } = await client.getKpiSeries({
      experimentId: "exp-1",
      kpis: [Kpi.ACTIVE_SERIES, Kpi.COLLECTOR_CPU],
    });
    expect(series.map(({ kpi, points }) => [kpi, points.map((point) => point.value)])).to.deep.equal([
      [Kpi.ACTIVE_SERIES, [400, 1000]],
      [Kpi.COLLECTOR_CPU, [0.04, 0.01]],
    ]);
    expect((await client.getKpiSeries({ experimentId: "exp-1" })).series).to.have.length(6);
  });

  it("drops days past their retention, and keeps their KPI series", async () => {
    const sketch = sketchOf(0, 10);
    await record(observation({ startMs: nowMs - 3 * dayMs, sketch }), observation({ sketch }));
    await db.query("INSERT INTO observed_arms VALUES ('gone', 'h1', 'baseline', '2026-10-01', 5)");
    await service.stop();
    await serve(() => nowMs + 29 * dayMs);
    const deadline = Date.now() + 10_000;
    const partitions = async () =>
      (await db.query<{ name: string }>("SELECT inhrelid::regclass::text AS name FROM pg_inherits")).map(
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
      db.query(
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
    const { series } = await client.getKpiSeries({ experimentId: "exp-1", kpis: [Kpi.DATA_POINTS] });
    expect(series[0]?.points.map((point) => point.value)).to.deep.equal([200, 200]);
  });
});
