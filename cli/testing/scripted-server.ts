import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { AnalyticsService } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { Decision, type VerdictSchema } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { type ArmPanel, ArmPanelSchema } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import {
  ExperimentEventType,
  ExperimentPhase,
  type ExperimentSchema,
} from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import type { ReportClient } from "@phoenix/report";

/** A finished experiment as a scripted server knows it. */
export type ServerScript = {
  experiment: MessageInitShape<typeof ExperimentSchema>;
  verdict: Omit<MessageInitShape<typeof VerdictSchema>, "$typeName">;
  panel: ArmPanel[];
};

/** Start of the first window: a whole block since the Unix epoch. */
const startMs = Date.UTC(2026, 10, 20, 12);

/**
 * Three hosts, blocks of two windows of 60 s, two windows of warm-up, and ten
 * blocks, of which one has a lost window and one a window that the candidate spoils:
 * eight are evidence.
 */
export function scriptedExperiment(): ServerScript {
  const hostIds = ["h1", "h2", "h3"];
  const panel = hostIds.flatMap((hostId, host) =>
    (["baseline", "candidate"] as const).map((variant) =>
      create(ArmPanelSchema, {
        hostId,
        variant,
        windows: Array.from({ length: 24 }, (_, index) => {
          const series = Math.round((1000 + 100 * host + 7 * ((index * 5) % 11)) * (variant === "candidate" ? 0.4 : 1));
          return {
            windowStart: timestampFromMs(startMs + index * 60_000),
            windowSeconds: 60,
            activeSeries: BigInt(series),
            dataPoints: BigInt(series * 4),
            metricNames: 15n,
            otlpBytes: 90_000n,
            collectorUp: true,
            complete: !(hostId === "h1" && variant === "baseline" && index === 6),
            droppedPoints: hostId === "h2" && variant === "candidate" && index === 9 ? 5n : 0n,
          };
        }),
      }),
    ),
  );
  return {
    experiment: {
      experimentId: "exp-1",
      name: "scripted",
      phase: ExperimentPhase.COMPLETED,
      lastEventSequence: 2n,
      measureTime: timestampFromMs(startMs),
      endTime: timestampFromMs(startMs + 22 * 60_000),
      hosts: hostIds.map((hostId) => ({ hostId, hostName: hostId })),
      spec: {
        arms: [
          { variant: "baseline", pipeline: { name: "process-baseline-v1" } },
          { variant: "candidate", pipeline: { name: "process-topk-v1" } },
        ],
      },
      plan: { windowSeconds: 60, blockWindows: 2, warmupWindows: 2, alpha: 0.05, g: 1.3, minimumReductionRatio: 0.2 },
    },
    verdict: {
      experimentId: "exp-1",
      variant: "candidate",
      decision: Decision.PROMOTE,
      blocks: 8,
      pairWindows: 48,
      lostWindows: 12,
    },
    panel,
  };
}

/** A client of a server that knows one experiment, gives its panel a few windows at a time, and is otherwise an old one. */
export function createScriptedServer({ experiment, verdict, panel }: ServerScript): ReportClient {
  const transport = createRouterTransport(({ service }) => {
    service(ExperimentService, {
      getExperiment({ experimentId }) {
        if (experimentId === experiment.experimentId) return { experiment };
        throw new ConnectError(`There is no experiment with the id ${experimentId}.`, Code.NotFound);
      },
      async *streamExperimentEvents() {
        yield { event: { sequence: 1n, type: ExperimentEventType.CREATED } };
        yield { event: { sequence: 2n, type: ExperimentEventType.ANALYZED } };
      },
    });
    service(AnalyticsService, { getVerdict: () => ({ verdicts: [verdict] }) });
    service(BenchmarkService, {
      calculateKpis: () => ({
        arms: [
          { variant: "baseline", windows: 60 },
          { variant: "candidate", windows: 60 },
        ],
      }),
      getCostAnalysis: () => ({
        books: [{ book: { name: "book" }, arms: [{ variant: "baseline", monthly: 1 }] }],
        assumptions: ["A month is 30 days."],
      }),
      getKpiSeries: () => ({ series: [] }),
      getPanel({ pageToken }) {
        const from = Number(pageToken || 0);
        const arms = panel.map((arm) => ({ ...arm, windows: arm.windows.slice(from, from + 10) }));
        return { arms, nextPageToken: from + 10 < 24 ? String(from + 10) : "" };
      },
    });
  });
  return {
    experiments: createClient(ExperimentService, transport),
    benchmark: createClient(BenchmarkService, transport),
    analytics: createClient(AnalyticsService, transport),
  };
}
