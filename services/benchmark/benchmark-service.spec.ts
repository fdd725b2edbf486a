import { Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { Observation } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { ErrorReason } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { type BenchmarkReplica, type BenchmarkSite, createBenchmarkSite, refusalOf } from "./testing/benchmark-site.ts";
import { sketchOf } from "./testing/made-experiment.ts";
import { plainObservation, tenMs } from "./testing/plain-observation.ts";

after(stopTestDatabases);

describe("the benchmark service", function () {
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

  it("computes key figures, with distinct series from merged sketches", async () => {
    await record(
      plainObservation({ sketch: sketchOf(0, 9000) }), // warm-up
      plainObservation({ index: 1, sketch: sketchOf(0, 1000) }),
      plainObservation({ index: 2, sketch: sketchOf(500, 1500) }),
      plainObservation({ index: 1, hostId: "h0" }),
    );
    const { arms } = await replica.client.calculateKpis({ experimentId: "exp-1", warmupWindows: 1 });
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

  it("prices both arms, marginal by default, scaled to the interval in production", async () => {
    for (const [variant, series] of [
      ["baseline", 3000],
      ["candidate", 600],
    ] as const) {
      const windows = Array.from({ length: 12 }, (_, index) =>
        plainObservation({ variant, index, series, sketch: sketchOf(0, series) }),
      );
      await record(...windows);
    }
    const ask = { experimentId: "exp-1", warmupWindows: 4, productionIntervalSeconds: { baseline: 60, candidate: 60 } };
    const { books, assumptions } = await replica.client.getCostAnalysis(ask);
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

    const measured = await replica.client.getCostAnalysis({
      ...ask,
      books: ["signoz-cloud"],
      productionIntervalSeconds: {},
    });
    expect(measured.books[0]?.arms[0]?.monthly).to.be.closeTo(12 * 12.96, 1e-6);
    const allowed = await replica.client.getCostAnalysis({
      ...ask,
      books: ["grafana-cloud-pro"],
      applyAllowances: true,
    });
    expect(allowed.books[0]?.arms[0]?.monthly).to.equal(0);
  });

  it("prices nothing before both arms delivered, and refuses unknown books and impossible intervals", async () => {
    const empty = await replica.client.getCostAnalysis({ experimentId: "exp-1", books: ["signoz-cloud"] });
    expect(empty.books[0]?.arms).to.deep.equal([]);
    expect(empty.assumptions[0]).to.contain("Nothing is priced yet");
    const unknown = await refusalOf(
      replica.client.getCostAnalysis({ experimentId: "exp-1", books: ["signoz-cloud", "no-such"] }),
    );
    expect(unknown.reason).to.equal(ErrorReason.INVALID_FIELD);
    expect(unknown.message).to.contain("grafana-cloud-pro");
    for (const seconds of [0, -5, Number.NaN, Number.POSITIVE_INFINITY]) {
      const ask = { experimentId: "exp-1", productionIntervalSeconds: { baseline: seconds } };
      expect((await refusalOf(replica.client.getCostAnalysis(ask))).reason).to.equal(ErrorReason.INVALID_FIELD);
    }
  });

  it("lists price books in pages", async () => {
    const first = await replica.client.listPriceBooks({ pageSize: 5 });
    const second = await replica.client.listPriceBooks({ pageSize: 5, pageToken: first.nextPageToken });
    const names = [...first.priceBooks, ...second.priceBooks].map((book) => book.name);
    expect(names)
      .to.have.length(10)
      .and.deep.equal([...names].sort());
    expect(second.nextPageToken).to.equal("");
    expect(first.priceBooks[0]).to.include({ currency: "USD", asOf: "2026-10-01", trust: "secondary" });
    for (const pageToken of ["x", Buffer.from("book:UPPER").toString("base64url")]) {
      expect((await refusalOf(replica.client.listPriceBooks({ pageToken }))).reason).to.equal(
        ErrorReason.INVALID_PAGE_TOKEN,
      );
    }
  });

  it("gives KPIs over time, summed or averaged over hosts", async () => {
    await record(
      plainObservation({ series: 100 }, { collectorCpuSeconds: 0.1 }),
      plainObservation({ series: 300, hostId: "h2" }, { collectorCpuSeconds: 0.3 }),
      plainObservation({ index: 1 }),
      plainObservation({ index: 2 }, { complete: false }),
    );
    const { series } = await replica.client.getKpiSeries({
      experimentId: "exp-1",
      kpis: [Kpi.ACTIVE_SERIES, Kpi.COLLECTOR_CPU],
    });
    expect(series.map(({ kpi, points }) => [kpi, points.map((point) => point.value)])).to.deep.equal([
      [Kpi.ACTIVE_SERIES, [400, 1000]],
      [Kpi.COLLECTOR_CPU, [0.04, 0.01]],
    ]);
    expect((await replica.client.getKpiSeries({ experimentId: "exp-1" })).series).to.have.length(6);
  });
});
