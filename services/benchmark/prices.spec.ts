import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Saving } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { type Observation, ObservationSchema } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { type BenchmarkReplica, type BenchmarkSite, createBenchmarkSite } from "./testing/benchmark-site.ts";
import { monthOf, ownPriceBook } from "./testing/own-price-book.ts";
import { plainObservation, tenMs } from "./testing/plain-observation.ts";

after(stopTestDatabases);

type Priced = { hostId?: string; points?: number; cpu?: number; rss?: number; up?: boolean };
const observation = (
  variant: string,
  index: number,
  { hostId = "h1", points = 1000, cpu = 0.05, rss = 2 ** 30, up = true }: Priced = {},
): Observation =>
  plainObservation(
    { variant, index, hostId, series: points },
    { collectorCpuSeconds: cpu, collectorRssBytes: BigInt(rss), collectorUp: up },
  );

describe("what is priced with price books: they", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(30_000);
  let site: BenchmarkSite;
  let replica: BenchmarkReplica;

  beforeEach(async () => {
    site = await createBenchmarkSite();
    replica = await site.serve(() => tenMs + 3_600_000);
  });
  afterEach(() => site.close());

  const record = (...observations: Observation[]) => replica.client.recordObservations({ observations });
  const costs = async (request: Parameters<typeof replica.client.getCostAnalysis>[0] = {}) => {
    await replica.client.applyPriceBook({ yaml: ownPriceBook() });
    const { books, assumptions } = await replica.client.getCostAnalysis({
      experimentId: "exp-1",
      books: ["ours"],
      ...request,
    });
    const [book] = books;
    return {
      monthly: Object.fromEntries((book?.arms ?? []).map((arm) => [arm.variant, arm.monthly])),
      savings: book?.savings ?? [],
      assumptions: assumptions.join("\n"),
    };
  };
  const estimates = (saving: Saving | undefined) =>
    [saving?.gross, saving?.collectors, saving?.net, saving?.fleetNet].map((money) => money?.estimate);

  it("price the windows that all arms of a host delivered, in whatever order they come", async () => {
    const arms = [
      ...[0, 1, 2, 3].map((index) => observation("baseline", index)),
      ...[0, 1, 2, 3].map((index) => observation("candidate", index, { points: 400 })),
      // Without its other arm, or with a collector that did not run: not compared.
      observation("baseline", 4, { points: 90_000 }),
      observation("baseline", 5, { points: 90_000 }),
      observation("candidate", 5, { points: 90_000, up: false }),
    ];
    for (const it of arms) await record(it);
    const { monthly } = await costs();
    expect(monthly.baseline).to.be.closeTo(monthOf(1000), 1e-6);
    expect(monthly.candidate).to.be.closeTo(monthOf(400), 1e-6);
  });

  it("take three arms for compared only when all three are there", async () => {
    for (const index of [0, 1, 2, 3]) {
      const late = index >= 2 ? { points: 90_000 } : {};
      await record(observation("baseline", index, late), observation("candidate", index, late));
    }
    expect((await costs()).monthly.baseline).to.be.closeTo(monthOf((1000 + 90_000) / 2), 1e-6);
    for (const index of [0, 1]) await record(observation("candidate-2", index, { points: 100 }));
    const { monthly, savings } = await costs();
    expect(monthly.baseline).to.be.closeTo(monthOf(1000), 1e-6);
    expect(monthly["candidate-2"]).to.be.closeTo(monthOf(100), 1e-6);
    expect(savings.map(({ variant }) => variant)).to.deep.equal(["candidate", "candidate-2"]);
  });

  it("leave the warm-up of each host out, of one that comes later too, and what came before a time", async () => {
    for (let index = 0; index < 12; index++) {
      const hosts = index < 6 ? ["h1"] : ["h1", "h2"];
      for (const hostId of hosts) {
        // What a host sends in its first two windows must not count.
        const begun = hostId === "h1" ? 0 : 6;
        const points = index < begun + 2 ? 90_000 : 1000;
        await record(
          observation("baseline", index, { hostId, points }),
          observation("candidate", index, { hostId, points }),
        );
      }
    }
    const { monthly, assumptions } = await costs({ warmupWindows: 2 });
    expect(monthly.baseline).to.be.closeTo(monthOf(2000), 1e-6);
    expect(assumptions).to.contain("2 measured hosts");
    // A warm-up is counted from a host's first window, whatever the time asked for.
    const later = await costs({ warmupWindows: 2, startTime: timestampFromMs(tenMs + 9 * 5000) });
    expect(later.monthly.baseline).to.be.closeTo(monthOf(2000), 1e-6);
    const early = await costs({ startTime: timestampFromMs(tenMs + 6 * 5000) });
    expect(early.monthly.baseline).to.be.closeTo(monthOf((1000 * 6 + 90_000 * 2 + 1000 * 4) / 6), 1e-6);
  });

  it("say what a candidate saves, its collectors subtracted, for a fleet too", async () => {
    for (let index = 0; index < 8; index++) {
      const busy = 1000 + 100 * (index % 3);
      await record(
        observation("baseline", index, { points: busy }),
        observation("candidate", index, { points: busy - 600, cpu: 0.1, rss: 1.5 * 2 ** 30 }),
      );
    }
    const prices = { coreMonthPrice: 30, gibMonthPrice: 4 };
    const { savings, assumptions } = await costs({ ...prices, fleetHosts: 100 });
    // A hundredth of a core and half a GiB more.
    const [gross, collectors, net, fleet] = estimates(savings[0]);
    expect(gross).to.be.closeTo(monthOf(600), 1e-6);
    expect(collectors).to.be.closeTo(0.01 * 30 + 0.5 * 4, 1e-6);
    expect(net).to.be.closeTo(monthOf(600) - 2.3, 1e-6);
    expect(fleet).to.be.closeTo(100 * (monthOf(600) - 2.3), 1e-6);
    expect((savings[0]?.gross?.high ?? NaN) - (savings[0]?.gross?.low ?? NaN)).to.be.lessThan(1e-6);
    expect(assumptions).to.contain("$30.00 a core").and.contain("as asked for").and.contain("fleet's 100 hosts");

    const scaled = await costs({ ...prices, productionIntervalSeconds: { baseline: 50, candidate: 50 } });
    expect(estimates(scaled.savings[0])[1]).to.be.closeTo(0.001 * 30 + 0.5 * 4, 1e-6);
    expect(estimates(scaled.savings[0])[3]).to.equal(undefined);
    const usual = await costs();
    expect(usual.assumptions).to.contain(
      "$29.15 a core and $3.20 a GiB of memory a month (on-demand list prices of AWS",
    );

    await replica.client.applyPriceBook({ yaml: ownPriceBook(0.08, "in-euros", "EUR") });
    const euros = await replica.client.getCostAnalysis({ experimentId: "exp-1", books: ["in-euros"] });
    expect(euros.books[0]?.savings[0]?.gross?.estimate).to.be.closeTo(monthOf(600), 1e-6);
    expect(euros.books[0]?.savings[0]?.net).to.equal(undefined);
    expect(euros.assumptions.join("\n")).to.contain("in-euros: no net saving");
  });

  it("prices an experiment of hours from the spans that were counted, like one of minutes", async () => {
    // 5 hours of one-minute windows that begin on the hour; steady, so that every span has the same series.
    const observations = Array.from({ length: 300 }, (_, minute) =>
      ["baseline", "candidate"].map((variant) =>
        create(ObservationSchema, {
          ...{ experimentId: "exp-1", hostId: "h1", variant },
          measurement: {
            windowStart: timestampFromMs(tenMs - 300 * 60_000 + minute * 60_000),
            windowSeconds: 60,
            activeSeries: variant === "baseline" ? 3000n : 600n,
            dataPoints: variant === "baseline" ? 3000n : 600n,
            collectorUp: true,
            complete: true,
          },
        }),
      ),
    ).flat();
    await record(...observations);
    const { books, assumptions } = await replica.client.getCostAnalysis({ experimentId: "exp-1" });
    const monthly = (name: string) => books.find(({ book }) => book?.name === name)?.arms.map((arm) => arm.monthly);
    expect(monthly("datadog-custom-metrics")).to.deep.equal([150, 30]);
    expect(monthly("grafana-cloud-pro")?.[0]).to.be.closeTo(19.5, 1e-9);
    expect(monthly("signoz-cloud")?.[0]).to.be.closeTo(12.96, 1e-6);
    expect(assumptions.join("\n")).to.contain("600 windows have no readable sketch");
  });
});
