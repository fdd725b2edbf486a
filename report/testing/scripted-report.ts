import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  AssuranceLevel,
  Decision,
  Kpi,
  type Verdict,
  VerdictSchema,
} from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import {
  ArmContributorsSchema,
  type ArmKpis,
  ArmKpisSchema,
  BookCostSchema,
  type KpiSeries,
  KpiSeriesSchema,
} from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { CompareSourcesResponseSchema } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { ExperimentPhase, ExperimentSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { ReportData } from "../report-data.ts";

/** When the scripted experiment began to measure: 2026-11-20 12:00 UTC. */
export const scriptedStartMs = Date.UTC(2026, 10, 20, 12);

const windowMs = 60_000;
const kpisCharted = [Kpi.ACTIVE_SERIES, Kpi.DATA_POINTS, Kpi.OTLP_BYTES, Kpi.COLLECTOR_CPU, Kpi.COLLECTOR_RSS];

/** What a part of the scripted report is called; a test of escaping calls all of them one thing. */
type Naming = (plain: string) => string;

/**
 * A comparison with every part that a server can fill: three hosts, a baseline
 * and two candidates, the first good, the second losing a process. `name` gives
 * every text that comes from outside its wording.
 */
export function scriptedReport(name: Naming = (plain) => plain): ReportData {
  const variants = ["baseline", "candidate", "candidate-2"] as const;
  const sizes = { baseline: 1, candidate: 0.35, "candidate-2": 0.6 };
  const times = Array.from({ length: 180 }, (_, index) => scriptedStartMs + index * windowMs);
  return {
    experiment: create(ExperimentSchema, {
      name: name("fewer series from web hosts"),
      experimentId: name("exp-scripted"),
      phase: ExperimentPhase.COMPLETED,
      createTime: timestampFromMs(scriptedStartMs - 600_000),
      startTime: timestampFromMs(scriptedStartMs - 60_000),
      measureTime: timestampFromMs(scriptedStartMs),
      endTime: timestampFromMs(scriptedStartMs + 180 * windowMs),
      hosts: ["web-1", "web-2", "web-3"].map((host) => ({ hostId: `id-of-${host}`, hostName: name(host) })),
      spec: {
        mustKeep: [name("postgres"), name("nginx|payment-api")],
        arms: variants.map((variant, index) => ({
          variant,
          pipeline: {
            name: ["process-baseline-v1", "process-priority-filter-v1", "process-aggregated-v1"][index] ?? "",
            version: 1,
            variables: { interval: name("15s") },
          },
        })),
      },
      configDigests: Object.fromEntries(variants.map((variant, index) => [variant, String(index).repeat(64)])),
      plan: {
        windowSeconds: 60,
        blockWindows: 15,
        warmupWindows: 20,
        minimumBlocks: 8,
        maximumBlocks: 96,
        alpha: 0.05,
        g: 1.3,
        minimumReductionRatio: 0.2,
        overheadMarginRatio: 0.1,
        retentionGapWindows: 2,
        allowedCollectorCpuRatio: 0.02,
        allowedCollectorRssBytes: 100n << 20n,
        maximumCollectorCpuRatio: 0.5,
        maximumCollectorRssBytes: 512n << 20n,
        calibrated: true,
        calibration: { pairWindows: 360, autocorrelation: 0.7, autocorrelationTimeWindows: 5.7 },
      },
    }),
    verdicts: [scriptedVerdict(name, "candidate"), scriptedVerdict(name, "candidate-2")],
    kpis: variants.map((variant) => armKpis(name, variant, sizes[variant])),
    costs: [
      ["Grafana Cloud Pro, metrics", 63.8],
      ["Datadog Pro, custom metrics", 265],
    ].map(([title, monthly]) =>
      create(BookCostSchema, {
        book: {
          name: name(String(title)),
          title: name(String(title)),
          currency: "USD",
          asOf: "2026-11-01",
          trust: name("vendor"),
        },
        arms: variants.map((variant) => {
          const cost = Number(monthly) * sizes[variant];
          return { variant, monthly: cost, monthlyLow: cost * 0.93, monthlyHigh: cost * 1.07 };
        }),
        savings: (["candidate", "candidate-2"] as const).map((variant) => {
          const gross = Number(monthly) * (1 - sizes[variant]);
          const around = (estimate: number, by: number) => ({ estimate, low: estimate - by, high: estimate + by });
          return {
            variant,
            gross: around(gross, gross * 0.08),
            collectors: around(0.4, 0.3),
            net: around(gross - 0.4, gross * 0.08),
            fleetNet: around((gross - 0.4) * 100, gross * 8),
          };
        }),
      }),
    ),
    assumptions: [name("A month is 30 days."), name("Prices are marginal.")],
    contributors: variants.map((variant) =>
      create(ArmContributorsSchema, {
        variant,
        windows: 12,
        metrics: ["process.cpu.time", "process.memory.usage", "process.disk.io", "process.threads"].map(
          (metric, index) => ({
            name: name(metric),
            series: BigInt(Math.round((900 / (index + 1)) * sizes[variant])),
          }),
        ),
        attributes: ["resource.process.pid", "resource.process.command_line", "direction"].map((attribute, index) => ({
          name: name(attribute),
          series: 900n,
          distinctValues: BigInt(Math.round((400 / (index * 3 + 1)) * sizes[variant])),
        })),
      }),
    ),
    sources: create(CompareSourcesResponseSchema, {
      configured: true,
      comparisons: [
        {
          variant: "baseline",
          kpi: Kpi.ACTIVE_SERIES,
          tap: 2454,
          second: 2461,
          disagreementRatio: 0.0029,
          agrees: true,
        },
        {
          variant: "baseline",
          kpi: Kpi.DATA_POINTS,
          tap: 491,
          second: Number.NaN,
          disagreementRatio: Number.NaN,
          explanation: name("It has no such series."),
        },
      ],
    }),
    series: variants.flatMap((variant) => kpisCharted.map((kpi) => series(variant, kpi, sizes[variant], times))),
    sightings: ["candidate", "candidate-2"].map((variant) => ({
      variant,
      windowMs,
      processes: ["nginx", "payment-api", "postgres"].map((process) => {
        const missed = (atMs: number): boolean =>
          variant === "candidate-2" && process === "payment-api" && atMs % (40 * windowMs) < 4 * windowMs;
        const ran = times.filter((_, index) => process !== "nginx" || index < 120 || index > 150);
        return {
          processName: name(process),
          keptMs: ran.filter((atMs) => !missed(atMs)),
          missedMs: ran.filter(missed),
        };
      }),
    })),
  };
}

function scriptedVerdict(name: Naming, variant: "candidate" | "candidate-2"): Verdict {
  const good = variant === "candidate";
  const interval = good ? { estimate: 0.65, low: 0.61, high: 0.69 } : { estimate: 0.4, low: 0.31, high: 0.47 };
  const wave = (index: number): number => Math.log(1 - interval.estimate) + 0.05 * Math.sin(index * 1.7);
  const effect = (kpi: Kpi, baselineMean: number, ratio: number, spread: number, guardrailHolds = false) => ({
    kpi,
    baselineMean,
    candidateMean: baselineMean * ratio,
    reduction: { estimate: 1 - ratio, low: 1 - ratio - spread, high: 1 - ratio + spread },
    blocks: 10,
    guardrailHolds,
    blockLogRatios: Array.from({ length: 10 }, (_, index) => Math.log(ratio) + 0.03 * Math.cos(index)),
  });
  return create(VerdictSchema, {
    variant,
    decision: good ? Decision.PROMOTE : Decision.REJECT,
    reason: name(
      good ? "The candidate sends 65.0 % fewer series and kept all." : "payment-api was missing for 4 windows.",
    ),
    primary: {
      ...effect(Kpi.ACTIVE_SERIES, 818, 1 - interval.estimate, 0),
      reduction: interval,
      blockLogRatios: Array.from({ length: 10 }, (_, index) => wave(index)),
    },
    effects: [
      effect(Kpi.DATA_POINTS, 163, 1 - interval.estimate, 0.05),
      effect(Kpi.OTLP_BYTES, 20_800, 1 - interval.estimate, 0.05),
      effect(Kpi.METRIC_NAMES, 15, good ? 1 : 0.6, 0.02),
      effect(Kpi.COLLECTOR_CPU, 0.0172, 0.98, 0.08, true),
      effect(Kpi.COLLECTOR_RSS, 53_700_000, 1.03, 0.04, true),
    ],
    retention: {
      ratio: good ? 1 : 0.96,
      baselineRatio: 1,
      windowsChecked: 540,
      processNames: ["nginx", "payment-api", "postgres"].map(name),
      misses: good
        ? []
        : [
            {
              hostId: "id-of-web-2",
              processName: name("payment-api"),
              expression: name("nginx|payment-api"),
              firstWindowStart: timestampFromMs(scriptedStartMs),
              longestGapWindows: 4,
              missedWindows: 20,
            },
          ],
    },
    checks: [{ name: "pair-loss", holds: true, detail: name("At most 10 % of the pairs were missing.") }],
    crossChecks: [{ name: "newey-west", value: 0.0123, detail: name("Allowing for correlation, 0.0123.") }],
    assurance: good
      ? { level: AssuranceLevel.STANDARD }
      : { level: AssuranceLevel.REDUCED, reasons: [name("neighbouring blocks are correlated")] },
    scope: name("hosts like these"),
    blocks: 10,
    pairWindows: 450,
    lostWindows: 3,
    hosts: 3,
    steps: Array.from({ length: 10 }, (_, index) => {
      const half = index < 4 ? Number.POSITIVE_INFINITY : ((interval.high - interval.low) / 2) * (10 / (index + 1));
      return {
        blocks: index + 1,
        reduction: { estimate: interval.estimate, low: interval.estimate - half, high: interval.estimate + half },
      };
    }),
    analyzeTime: timestampFromMs(scriptedStartMs + 180 * windowMs),
  });
}

function armKpis(name: Naming, variant: string, size: number): ArmKpis {
  return create(ArmKpisSchema, {
    variant,
    hosts: 3,
    windows: 540,
    activeSeriesMean: 2454 * size,
    distinctSeries: 5299 * size,
    dataPointsPerSecond: 491 * size,
    otlpBytesPerSecond: 62_500 * size,
    metricNamesMean: variant === "candidate-2" ? 9 : 15,
    collectorCpuRatio: 0.0172,
    collectorRssBytesMean: 53_700_000,
    retentionRatio: variant === "candidate-2" ? 0.96 : 1,
    droppedPoints: 0n,
    collectorRestarts: 0,
    ingestPointsPerSecond: 164 * size,
    healthyRatio: variant === "candidate-2" ? 0.998 : 1,
    vendorSeries: [
      { window: "20m", vendors: name("Grafana Cloud"), mean: 3100 * size, p95: 3300 * size, spans: 9, complete: true },
      {
        window: "2h30m",
        vendors: name("Chronosphere"),
        mean: 4600 * size,
        p95: 4700 * size,
        spans: 1,
        complete: false,
      },
    ],
  });
}

/** A wave of its own height for each arm, with an hour that was not measured. */
function series(variant: string, kpi: Kpi, size: number, times: readonly number[]): KpiSeries {
  const heights: Partial<Record<number, number>> = { [Kpi.COLLECTOR_CPU]: 0.0172, [Kpi.COLLECTOR_RSS]: 53_700_000 };
  const overhead = heights[kpi];
  return create(KpiSeriesSchema, {
    variant,
    kpi,
    points: times.flatMap((atMs, index) =>
      index > 90 && index < 105
        ? []
        : [
            {
              windowStart: timestampFromMs(atMs),
              value: (overhead ?? 2454 * size) * (1 + 0.05 * Math.sin(index / 9) + 0.02 * Math.cos(index * 2)),
            },
          ],
    ),
  });
}
