import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { type Client, Code, ConnectError, type ConnectRouter, createClient } from "@connectrpc/connect";
import {
  type AnalyzeExperimentRequestSchema,
  AnalyticsService as Contract,
} from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { type AnalysisPlanSchema, Decision, type Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { ArmPanelSchema } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { createLogger } from "@phoenix/platform/logging";
import { createInProcessTransport } from "@phoenix/platform/rpc";
import { createMetrics } from "@phoenix/platform/telemetry";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Analytics1700000000005 } from "../../migrations/0005-analytics.ts";
import { Certificates1700000000007 } from "../../migrations/0007-certificates.ts";
import { type AnalyticsService, createAnalyticsService } from "./index.ts";

after(stopTestDatabases);

const logger = createLogger({ name: "analytics-spec", level: "fatal" });
const metrics = () => createMetrics({ processMetrics: false });
const startMs = Date.UTC(2026, 10, 20, 10);
const plan: MessageInitShape<typeof AnalysisPlanSchema> = {
  windowSeconds: 5,
  blockWindows: 2,
  warmupWindows: 4,
  minimumBlocks: 8,
  maximumBlocks: 48,
  alpha: 0.05,
  g: 1.3,
  minimumReductionRatio: 0.2,
  overheadMarginRatio: 0.1,
  retentionGapWindows: 2,
  allowedCollectorCpuRatio: 0.02,
  allowedCollectorRssBytes: 100n * 2n ** 20n,
  maximumCollectorCpuRatio: 0.5,
  maximumCollectorRssBytes: 512n * 2n ** 20n,
  scopeAccepted: true,
  assuranceReasons: ["quick profile"],
};
const refused = (call: Promise<unknown>) =>
  call.then(
    () => expect.fail("nothing was refused"),
    (error: unknown) => fromConnectError(error),
  );

/** A benchmark whose panel tests write; it answers a few windows at a time, like the real one. */
function scriptedBenchmark(pageWindows: number) {
  const series = new Map<string, number>([
    ["baseline", 1000],
    ["candidate", 300],
  ]);
  const state = { windows: 0, series, calls: 0, failure: null as ConnectError | null };
  const routes = (router: ConnectRouter): void => {
    router.rpc(BenchmarkService.method.getPanel, ({ pageToken }) => {
      state.calls += 1;
      if (state.failure !== null) throw state.failure;
      const from = Number(pageToken);
      const till = Math.min(from + pageWindows, state.windows);
      const starts = Array.from({ length: till - from }, (_, index) => startMs + (from + index) * 5000);
      const arms = [...state.series].map(
        ([variant, activeSeries]): MessageInitShape<typeof ArmPanelSchema> => ({
          hostId: "h1",
          variant,
          windows: starts.map((at) => ({
            windowStart: timestampFromMs(at),
            windowSeconds: 5,
            activeSeries: BigInt(activeSeries),
            dataPoints: BigInt(activeSeries),
            metricNames: 11n,
            otlpBytes: BigInt(activeSeries * 124),
            collectorCpuSeconds: 0.05,
            collectorRssBytes: 90_000_000n,
            collectorUp: true,
            complete: true,
            configDigest: "d".repeat(64),
            mustKeep: [{ expression: "^pg$", processName: "pg", oracleSeen: true, reported: true }],
          })),
        }),
      );
      const nextPageToken = till < state.windows ? String(till) : "";
      return { arms: starts.length === 0 ? [] : arms, nextPageToken };
    });
  };
  return { state, routes };
}

describe("the analytics service", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(30_000);
  let db: Database;
  let services: AnalyticsService[];
  let benchmark: ReturnType<typeof scriptedBenchmark>;
  let client: Client<typeof Contract>;
  let nowMs: number;

  const serve = (config: { pollMs?: number } = {}): Client<typeof Contract> => {
    const clients = {
      benchmark: createClient(
        BenchmarkService,
        createInProcessTransport(benchmark.routes, { logger, metrics: metrics() }),
      ),
    };
    const service = createAnalyticsService({
      db,
      logger,
      metrics: metrics(),
      clients,
      config,
      clock: () => nowMs,
    });
    services.push(service);
    return createClient(
      Contract,
      createInProcessTransport((router) => service.routes(router), { logger, metrics: metrics() }),
    );
  };
  beforeEach(async () => {
    nowMs = startMs + 1e6;
    db = await createTestDatabase({ migrations: [Analytics1700000000005, Certificates1700000000007] });
    services = [];
    benchmark = scriptedBenchmark(7);
    client = serve();
  });
  afterEach(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await db.close();
  });

  const ask = (over: Omit<MessageInitShape<typeof AnalyzeExperimentRequestSchema>, "$typeName"> = {}) => ({
    experimentId: "exp-1",
    plan,
    baselineVariant: "baseline",
    candidateVariants: ["candidate"],
    mustKeep: ["^pg$"],
    hostIds: ["h1"],
    ...over,
  });
  const only = ({ verdicts }: { verdicts: Verdict[] }): Verdict => verdicts[0] ?? expect.fail("no verdict");

  it("goes from waiting to a verdict, and keeps all of it", async () => {
    expect((await client.getVerdict({ experimentId: "exp-1" })).verdicts).to.deep.equal([]);
    benchmark.state.windows = 6;
    const early = only(await client.analyzeExperiment(ask()));
    expect(early).to.include({ decision: Decision.CONTINUE, blocks: 1 });
    // An infinite interval stays one on its way through PostgreSQL and the wire.
    expect(early.primary?.logRatio).to.include({ low: -Infinity, high: Infinity });

    benchmark.state.windows = 20;
    const verdict = only(await client.analyzeExperiment(ask()));
    expect(verdict).to.include({
      decision: Decision.PROMOTE,
      blocks: 8,
      variant: "candidate",
      scope: "these hosts only",
    });
    expect(verdict.reason).to.contain("70.0 % fewer series").and.contain("kept the must-keep process over 16 windows");
    expect(verdict.effects).to.have.length(5);
    expect(verdict.steps).to.have.length(8);
    expect(verdict.assurance?.reasons).to.include("quick profile");
    expect(verdict.analyzeTime && timestampMs(verdict.analyzeTime)).to.equal(startMs + 1e6);
    expect((await client.getVerdict({ experimentId: "exp-1" })).verdicts).to.deep.equal([verdict]);
  });

  it("sticks to a final verdict, whatever comes after it", async () => {
    benchmark.state.windows = 20;
    const verdict = only(await client.analyzeExperiment(ask()));
    benchmark.state.series.set("candidate", 2000);
    benchmark.state.windows = 60;
    const calls = benchmark.state.calls;
    expect(only(await client.analyzeExperiment(ask({ final: true })))).to.deep.equal(verdict);
    expect(benchmark.state.calls).to.equal(calls);
  });

  it("does not let a slower replica replace a final verdict", async () => {
    benchmark.state.windows = 20;
    const [one, two] = await Promise.all([
      client.analyzeExperiment(ask()),
      serve().analyzeExperiment(ask({ final: true })),
    ]);
    expect(only(one)).to.deep.equal(only(two));
    const [row] = await db.query<{ revision: string }>("SELECT revision FROM metrics_summaries");
    expect(row?.revision).to.equal("1");
  });

  it("holds later calls to the plan of the first", async () => {
    benchmark.state.windows = 20;
    await client.analyzeExperiment(ask({ plan: { ...plan, minimumBlocks: 20 } }));
    expect(only(await client.analyzeExperiment(ask())).decision).to.equal(Decision.CONTINUE);
    const other = await refused(client.analyzeExperiment(ask({ candidateVariants: ["candidate", "candidate-2"] })));
    expect(other.reason).to.equal(ErrorReason.INVALID_FIELD);
  });

  it("judges several candidates, each until its own verdict", async () => {
    benchmark.state.series.set("candidate-2", 700);
    benchmark.state.windows = 12 + 4;
    const candidateVariants = ["candidate", "candidate-2"];
    const early = await client.analyzeExperiment(ask({ candidateVariants }));
    expect(early.verdicts.map(({ variant, decision }) => [variant, decision])).to.deep.equal([
      ["candidate", Decision.CONTINUE],
      ["candidate-2", Decision.CONTINUE],
    ]);
    benchmark.state.series.set("candidate-2", 990);
    benchmark.state.windows = 20;
    const late = await client.analyzeExperiment(ask({ candidateVariants }));
    expect(late.verdicts.map(({ decision }) => decision)).to.deep.equal([Decision.PROMOTE, Decision.REJECT]);
  });

  it("ends without a promotion when the data end without one", async () => {
    benchmark.state.windows = 12;
    nowMs = startMs + 12 * 5000;
    expect(only(await client.analyzeExperiment(ask({ final: true }))).decision).to.equal(Decision.INCONCLUSIVE);
    expect(only(await client.analyzeExperiment(ask({ experimentId: "exp-2", final: true }))).decision).to.equal(
      Decision.INCONCLUSIVE,
    );
  });

  it("makes no verdict when the benchmark fails, and says why", async () => {
    benchmark.state.failure = new ConnectError("gone", Code.Unavailable);
    const error = await refused(client.analyzeExperiment(ask()));
    expect(error.reason).to.equal(ErrorReason.SERVICE_UNAVAILABLE);
    expect((await client.getVerdict({ experimentId: "exp-1" })).verdicts).to.deep.equal([]);
  });

  it("refuses plans and arms that contradict themselves", async () => {
    const wrong = [
      ask({ plan: { ...plan, minimumBlocks: 50 } }),
      ask({ plan: { ...plan, alpha: Number.NaN } }),
      ask({ candidateVariants: ["baseline"] }),
      ask({ candidateVariants: ["candidate", "candidate"] }),
      ask({ candidateVariants: [] }),
    ];
    for (const request of wrong) {
      expect((await refused(client.analyzeExperiment(request))).reason).to.equal(ErrorReason.INVALID_FIELD);
    }
    expect(await db.query("SELECT 1 FROM analysis_plans")).to.deep.equal([]);
  });

  describe("watching", () => {
    it("gives the newest verdict at once, each new one as it is made, and ends after the final one", async () => {
      // Polling is out of reach: what comes, comes by notification.
      const watcher = serve({ pollMs: 600_000 });
      benchmark.state.windows = 6;
      await client.analyzeExperiment(ask());
      const seen: number[] = [];
      for await (const { verdicts } of watcher.watchVerdict({ experimentId: "exp-1" })) {
        seen.push(verdicts[0]?.blocks ?? -1);
        if (benchmark.state.windows < 20) {
          benchmark.state.windows += 7;
          await client.analyzeExperiment(ask());
        }
      }
      expect(seen).to.deep.equal([1, 4, 8]);
    });

    it("waits for the first verdict, and finds it without a notification", async () => {
      const watcher = serve({ pollMs: 20 });
      benchmark.state.windows = 20;
      const stream = watcher.watchVerdict({ experimentId: "exp-1" })[Symbol.asyncIterator]();
      const first = stream.next();
      await client.analyzeExperiment(ask({ experimentId: "exp-2" }));
      await db.query("INSERT INTO analysis_plans SELECT 'exp-1', plan, candidate_variants FROM analysis_plans");
      await db.query(
        `INSERT INTO metrics_summaries (experiment_id, variant, decision, reason, blocks, verdict, analyzed_at)
         SELECT 'exp-1', variant, decision, reason, blocks, verdict, analyzed_at FROM metrics_summaries`,
      );
      expect((await first).value?.verdicts).to.have.length(1);
      expect((await stream.next()).done).to.equal(true);
    });

    it("ends with a named reason when the service stops, and quietly when the watcher leaves", async () => {
      const watcher = serve({ pollMs: 600_000 });
      benchmark.state.windows = 6;
      await client.analyzeExperiment(ask());
      const stream = watcher.watchVerdict({ experimentId: "exp-1" })[Symbol.asyncIterator]();
      await stream.next();
      const next = refused(stream.next());
      await services.at(-1)?.stop();
      expect((await next).reason).to.equal(ErrorReason.SHUTTING_DOWN);

      const leaving = new AbortController();
      const left = client.watchVerdict({ experimentId: "exp-1" }, { signal: leaving.signal })[Symbol.asyncIterator]();
      await left.next();
      const ended = refused(left.next());
      leaving.abort();
      expect((await ended).code).to.equal(Code.Canceled);
    });
  });
});
