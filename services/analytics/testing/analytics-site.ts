import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { type Client, createClient } from "@connectrpc/connect";
import {
  type AnalyzeExperimentRequestSchema,
  AnalyticsService as Contract,
} from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import type { AnalysisPlanSchema } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { WindowMeasurementSchema } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { createLogger } from "@phoenix/platform/logging";
import { createInProcessTransport } from "@phoenix/platform/rpc";
import { createMetrics } from "@phoenix/platform/telemetry";
import { type AnalyticsService, createAnalyticsService } from "../index.ts";

type WindowInit = Omit<MessageInitShape<typeof WindowMeasurementSchema>, "$typeName">;

/** A place in a scripted panel. */
export interface PanelPlace {
  readonly hostId: string;
  readonly variant: string;
  readonly startMs: number;
}

/** Start of the first window: 2026-11-20T10:00:00Z. */
export const firstWindowMs = Date.UTC(2026, 10, 20, 10);

/** Length of a window, in milliseconds. */
export const windowMs = 5000;

/** The plan of a quick profile. */
export const quickPlan: MessageInitShape<typeof AnalysisPlanSchema> = {
  windowSeconds: windowMs / 1000,
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
};

/** A healthy window with this many series, sent once each, that saw the process `pg`. */
export function healthyWindow(activeSeries: number, over: WindowInit = {}): WindowInit {
  return {
    windowSeconds: windowMs / 1000,
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
    ...over,
  };
}

/** What a scripted benchmark answers: `window` for each place, null for one that was never delivered. */
export interface ScriptedPanel {
  hosts: string[];
  variants: string[];
  windows: number;
  window(place: PanelPlace): WindowInit | null;
  /** Start times that were asked for, in milliseconds; null where all windows were. */
  readonly asked: (number | null)[];
}

/** Analytics on a real database, beside a benchmark whose panel tests write. */
export interface AnalyticsSite {
  readonly panel: ScriptedPanel;
  readonly client: Client<typeof Contract>;
  /** The service behind the client, for a server of its own. */
  readonly service: AnalyticsService;
  /** One more replica over the same database. */
  replica(): Client<typeof Contract>;
  /** A request for an analysis of the panel. */
  request(over?: RequestInit): RequestInit;
  stop(): Promise<void>;
}

type RequestInit = Omit<MessageInitShape<typeof AnalyzeExperimentRequestSchema>, "$typeName">;

/** Makes a site over a database that has analytics' tables. Its clock stands still, a day after the first window. */
export function createAnalyticsSite(db: Database): AnalyticsSite {
  const logger = createLogger({ name: "analytics-site", level: "fatal" });
  const metrics = () => createMetrics({ processMetrics: false });
  const services: AnalyticsService[] = [];
  const panel: ScriptedPanel = {
    hosts: ["h1"],
    variants: ["baseline", "candidate"],
    windows: 20,
    window: ({ variant }) => healthyWindow(variant === "baseline" ? 1000 : 300),
    asked: [],
  };
  const benchmark = createClient(
    BenchmarkService,
    createInProcessTransport(
      (router) =>
        router.rpc(BenchmarkService.method.getPanel, ({ startTime, pageToken }) => {
          panel.asked.push(startTime === undefined ? null : timestampMs(startTime));
          const fromMs = startTime === undefined ? 0 : timestampMs(startTime);
          // A host a page, so that more than one page is always asked for.
          const index = Number(pageToken);
          const hostId = panel.hosts[index] ?? "";
          const starts = Array.from({ length: panel.windows }, (_, at) => firstWindowMs + at * windowMs);
          const arms = panel.variants.map((variant) => ({
            hostId,
            variant,
            windows: starts
              .filter((startMs) => startMs >= fromMs)
              .flatMap((startMs) => {
                const window = panel.window({ hostId, variant, startMs });
                return window === null ? [] : [{ ...window, windowStart: timestampFromMs(startMs) }];
              }),
          }));
          return { arms, nextPageToken: index + 1 < panel.hosts.length ? String(index + 1) : "" };
        }),
      { logger, metrics: metrics() },
    ),
  );
  const start = (): AnalyticsService => {
    const service = createAnalyticsService({
      db,
      logger,
      metrics: metrics(),
      clients: { benchmark },
      clock: () => firstWindowMs + 86_400_000,
    });
    services.push(service);
    return service;
  };
  const clientOf = (service: AnalyticsService): Client<typeof Contract> =>
    createClient(
      Contract,
      createInProcessTransport((router) => service.routes(router), { logger, metrics: metrics() }),
    );
  const service = start();
  return {
    panel,
    service,
    client: clientOf(service),
    replica: () => clientOf(start()),
    request: (over = {}) => ({
      experimentId: "exp-1",
      plan: quickPlan,
      baselineVariant: "baseline",
      candidateVariants: ["candidate"],
      mustKeep: ["^pg$"],
      hostIds: panel.hosts,
      ...over,
    }),
    stop: async () => {
      await Promise.all(services.map((service) => service.stop()));
    },
  };
}
