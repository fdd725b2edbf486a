import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Client, Code, createClient } from "@connectrpc/connect";
import type { Saving } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { BenchmarkService as Contract } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { type Observation, ObservationSchema } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { createLogger } from "@phoenix/platform/logging";
import { createInProcessTransport } from "@phoenix/platform/rpc";
import { createMetrics } from "@phoenix/platform/telemetry";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Platform1700000000001 } from "../../migrations/0001-platform.ts";
import { Benchmark1700000000004 } from "../../migrations/0004-benchmark.ts";
import { PriceBooksAndRollups1700000000008 } from "../../migrations/0008-price-books-and-rollups.ts";
import { ObservationParts1700000000020 } from "../../migrations/0020-observation-parts.ts";
import { ObservationQuarters1700000000021 } from "../../migrations/0021-observation-quarters.ts";
import { type BenchmarkService, createBenchmarkService } from "./index.ts";

after(stopTestDatabases);

const logger = createLogger({ name: "prices-spec", level: "fatal" });
const beginMs = Date.UTC(2026, 10, 20, 10);
const refused = (call: Promise<unknown>) =>
  call.then(
    () => expect.fail("nothing was refused"),
    (error: unknown) => fromConnectError(error),
  );

const yaml = (price = 0.08, name = "ours", currency = "USD") => `# as agreed
name: ${name}
title: Our vendor
unit: Samples ingested.
currency: ${currency}
as_of: 2026-11-20
source: the contract
trust: contract
rule: tiers
counts: samples
per: 1000000
tiers:
  - { price: ${price} }
`;

type Made = { hostId?: string; points?: number; cpu?: number; rss?: number; up?: boolean };
const observation = (
  variant: string,
  index: number,
  { hostId = "h1", points = 1000, cpu = 0.05, rss = 2 ** 30, up = true }: Made = {},
): Observation =>
  create(ObservationSchema, {
    experimentId: "exp-1",
    hostId,
    variant,
    measurement: {
      windowStart: timestampFromMs(beginMs + index * 5000),
      windowSeconds: 5,
      activeSeries: BigInt(points),
      dataPoints: BigInt(points),
      metricNames: 11n,
      otlpBytes: BigInt(points * 124),
      collectorCpuSeconds: cpu,
      collectorRssBytes: BigInt(rss),
      collectorUp: up,
      complete: true,
    },
  });

/** A month of so many points every five seconds, at $0.08 a million. */
const month = (points: number): number => ((points / 5) * 30 * 86_400 * 0.08) / 1e6;

describe("price books and what is priced with them", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(30_000);
  let db: Database;
  let service: BenchmarkService;
  let client: Client<typeof Contract>;

  const serve = async (): Promise<void> => {
    const metrics = createMetrics({ processMetrics: false });
    const callerOf = () => "ada";
    service = createBenchmarkService({ db, logger, metrics, clock: () => beginMs + 3_600_000, callerOf });
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
  const costs = async (request: Parameters<typeof client.getCostAnalysis>[0] = {}) => {
    await client.applyPriceBook({ yaml: yaml() });
    const { books, assumptions } = await client.getCostAnalysis({ experimentId: "exp-1", books: ["ours"], ...request });
    const [book] = books;
    return {
      monthly: Object.fromEntries((book?.arms ?? []).map((arm) => [arm.variant, arm.monthly])),
      savings: book?.savings ?? [],
      assumptions: assumptions.join("\n"),
    };
  };
  const estimates = (saving: Saving | undefined) =>
    [saving?.gross, saving?.collectors, saving?.net, saving?.fleetNet].map((money) => money?.estimate);

  it("become versions, and change nothing where they say the same", async () => {
    const first = await client.applyPriceBook({ yaml: yaml() });
    expect(first.changed).to.equal(true);
    expect(first.priceBook).to.include({ name: "ours", version: 1, author: "ada", trust: "contract", yaml: yaml() });
    expect(first.priceBook?.createTime).to.not.equal(undefined);
    // Said otherwise, but the same.
    const again = await client.applyPriceBook({ yaml: yaml().replace("# as agreed\n", "") });
    expect(again.changed).to.equal(false);
    expect(again.priceBook).to.include({ version: 1, yaml: yaml() });
    const second = await client.applyPriceBook({ yaml: yaml(0.07) });
    expect(second).to.deep.include({ changed: true });
    expect(second.priceBook).to.include({ version: 2 });
    const old = await client.getPriceBook({ name: "ours", version: 1 });
    expect(old.priceBook).to.include({ version: 1, yaml: yaml() });
    expect((await client.getPriceBook({ name: "ours" })).priceBook).to.include({ version: 2, yaml: yaml(0.07) });
  });

  it("are stored once under a request id, and refused where it comes with something else", async () => {
    const ask = { requestId: "r-1", yaml: yaml() };
    const answers = await Promise.all([client.applyPriceBook(ask), client.applyPriceBook(ask)]);
    answers.push(await client.applyPriceBook(ask));
    expect(answers.map(({ changed, priceBook }) => [changed, priceBook?.version])).to.deep.equal(
      Array(3).fill([true, 1]),
    );
    const reused = await refused(client.applyPriceBook({ ...ask, yaml: yaml(0.07) }));
    expect(reused.reason).to.equal(ErrorReason.REQUEST_ID_REUSED);
    expect((await client.getPriceBook({ name: "ours" })).priceBook?.version).to.equal(1);
  });

  it("take turns when several are applied at once", async () => {
    await Promise.all([1, 2, 3, 4, 5].map((price) => client.applyPriceBook({ yaml: yaml(price) })));
    const versions = [1, 2, 3, 4, 5].map((version) => client.getPriceBook({ name: "ours", version }));
    expect(new Set((await Promise.all(versions)).map(({ priceBook }) => priceBook?.yaml)).size).to.equal(5);
  });

  it("are checked and not stored when only that is asked for", async () => {
    const checked = await client.applyPriceBook({ yaml: yaml(), validateOnly: true });
    expect(checked).to.include({ changed: true });
    expect(checked.priceBook).to.include({ name: "ours", version: 1 });
    expect((await refused(client.getPriceBook({ name: "ours" }))).code).to.equal(Code.NotFound);
  });

  it("are refused with the place of what is wrong", async () => {
    const error = await refused(
      client.applyPriceBook({ yaml: yaml().replace("USD", "Dollars").replace("0.08", "-1") }),
    );
    expect(error).to.include({ reason: ErrorReason.INVALID_FIELD, code: Code.InvalidArgument });
    expect(error.message).to.contain('line 5, column 11: "currency" must be').and.contain("line 13, column 14");
    expect(error.metadata).to.include({ field: "yaml", line: "5", column: "11" });
    for (const control of ["\0", "\u001b[2J", "\u009b"]) {
      const acting = await refused(client.applyPriceBook({ yaml: `${yaml()}# ${control}\n` }));
      expect(acting.message).to.contain("control characters");
    }
  });

  it("that ship have their YAML too, can be edited, and come back when that is deleted", async () => {
    const shipped = (await client.getPriceBook({ name: "signoz-cloud" })).priceBook;
    expect(shipped).to.include({ version: 0, author: "" });
    expect(shipped?.createTime).to.equal(undefined);
    const edited = (shipped?.yaml ?? "").replace("per_million_samples: 0.1", "per_million_samples: 1");
    expect((await client.applyPriceBook({ yaml: shipped?.yaml ?? "" })).changed).to.equal(false);
    expect((await client.applyPriceBook({ yaml: edited })).priceBook).to.include({ version: 1 });
    // Not renewed at a start.
    await service.stop();
    await serve();
    const listed = (await client.listPriceBooks({})).priceBooks.find(({ name }) => name === "signoz-cloud");
    expect(listed).to.include({ version: 1, author: "ada", yaml: "" });
    await record(observation("baseline", 0), observation("candidate", 0));
    const { books } = await client.getCostAnalysis({ experimentId: "exp-1", books: ["signoz-cloud"] });
    expect(books[0]?.arms[0]?.monthly).to.be.closeTo(month(1000) / 0.08, 1e-6);
    const ask = { requestId: "d-1", name: "signoz-cloud" };
    await client.deletePriceBook(ask);
    await client.deletePriceBook(ask);
    expect((await client.getPriceBook({ name: "signoz-cloud" })).priceBook).to.include({ version: 0 });
  });

  it("that are not there, or as they were shipped, cannot be shown or deleted", async () => {
    for (const call of [client.getPriceBook({ name: "none" }), client.deletePriceBook({ name: "none" })]) {
      const error = await refused(call);
      expect(error.code).to.equal(Code.NotFound);
      expect(error.message).to.contain('there is no price book "none"; there are amazon-managed-prometheus');
    }
    expect((await refused(client.getPriceBook({ name: "signoz-cloud", version: 3 }))).message).to.contain(
      "newest is 0",
    );
    const shipped = await refused(client.deletePriceBook({ name: "signoz-cloud" }));
    expect(shipped.code).to.equal(Code.FailedPrecondition);
  });

  it("that SQL has broken are named instead of priced with", async () => {
    await db.query("UPDATE price_books SET terms = '{\"prices\": {}}' WHERE name = 'signoz-cloud'");
    const broken = await refused(client.getCostAnalysis({ experimentId: "exp-1", books: ["signoz-cloud"] }));
    expect(broken.reason).to.equal(ErrorReason.INTERNAL);
    await db.query("UPDATE price_books SET rule = 'none' WHERE name = 'signoz-cloud'");
    expect((await refused(client.getCostAnalysis({ experimentId: "exp-1" }))).reason).to.equal(ErrorReason.INTERNAL);
  });

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
    expect(monthly.baseline).to.be.closeTo(month(1000), 1e-6);
    expect(monthly.candidate).to.be.closeTo(month(400), 1e-6);
  });

  it("take three arms for compared only when all three are there", async () => {
    for (const index of [0, 1, 2, 3]) {
      const late = index >= 2 ? { points: 90_000 } : {};
      await record(observation("baseline", index, late), observation("candidate", index, late));
    }
    expect((await costs()).monthly.baseline).to.be.closeTo(month((1000 + 90_000) / 2), 1e-6);
    for (const index of [0, 1]) await record(observation("candidate-2", index, { points: 100 }));
    const { monthly, savings } = await costs();
    expect(monthly.baseline).to.be.closeTo(month(1000), 1e-6);
    expect(monthly["candidate-2"]).to.be.closeTo(month(100), 1e-6);
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
    expect(monthly.baseline).to.be.closeTo(month(2000), 1e-6);
    expect(assumptions).to.contain("2 measured hosts");
    // A warm-up is counted from a host's first window, whatever the time asked for.
    const later = await costs({ warmupWindows: 2, startTime: timestampFromMs(beginMs + 9 * 5000) });
    expect(later.monthly.baseline).to.be.closeTo(month(2000), 1e-6);
    const early = await costs({ startTime: timestampFromMs(beginMs + 6 * 5000) });
    expect(early.monthly.baseline).to.be.closeTo(month((1000 * 6 + 90_000 * 2 + 1000 * 4) / 6), 1e-6);
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
    expect(gross).to.be.closeTo(month(600), 1e-6);
    expect(collectors).to.be.closeTo(0.01 * 30 + 0.5 * 4, 1e-6);
    expect(net).to.be.closeTo(month(600) - 2.3, 1e-6);
    expect(fleet).to.be.closeTo(100 * (month(600) - 2.3), 1e-6);
    expect((savings[0]?.gross?.high ?? NaN) - (savings[0]?.gross?.low ?? NaN)).to.be.lessThan(1e-6);
    expect(assumptions).to.contain("$30.00 a core").and.contain("as asked for").and.contain("fleet's 100 hosts");

    const scaled = await costs({ ...prices, productionIntervalSeconds: { baseline: 50, candidate: 50 } });
    expect(estimates(scaled.savings[0])[1]).to.be.closeTo(0.001 * 30 + 0.5 * 4, 1e-6);
    expect(estimates(scaled.savings[0])[3]).to.equal(undefined);
    const usual = await costs();
    expect(usual.assumptions).to.contain(
      "$29.15 a core and $3.20 a GiB of memory a month (on-demand list prices of AWS",
    );

    await client.applyPriceBook({ yaml: yaml(0.08, "in-euros", "EUR") });
    const euros = await client.getCostAnalysis({ experimentId: "exp-1", books: ["in-euros"] });
    expect(euros.books[0]?.savings[0]?.gross?.estimate).to.be.closeTo(month(600), 1e-6);
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
            windowStart: timestampFromMs(beginMs - 300 * 60_000 + minute * 60_000),
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
    const { books, assumptions } = await client.getCostAnalysis({ experimentId: "exp-1" });
    const monthly = (name: string) => books.find(({ book }) => book?.name === name)?.arms.map((arm) => arm.monthly);
    expect(monthly("datadog-custom-metrics")).to.deep.equal([150, 30]);
    expect(monthly("grafana-cloud-pro")?.[0]).to.be.closeTo(19.5, 1e-9);
    expect(monthly("signoz-cloud")?.[0]).to.be.closeTo(12.96, 1e-6);
    expect(assumptions.join("\n")).to.contain("600 windows have no readable sketch");
  });
});
