import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { AssuranceLevel, type Effect, type Interval, Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { type Arm, type Experiment, ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { formatBytes, formatCount, formatPercent } from "../../format/quantities.ts";

/** The arms, the baseline first. */
export function armsOf({ spec }: Experiment): readonly Arm[] {
  return (spec?.arms ?? []).toSorted((a, b) => Number(b.variant === "baseline") - Number(a.variant === "baseline"));
}

/** Nothing more is measured. */
export function isOver(phase: ExperimentPhase): boolean {
  return phase === ExperimentPhase.COMPLETED || phase === ExperimentPhase.FAILED || phase === ExperimentPhase.CANCELLED;
}

/** What time of an experiment counts: from where all arms ran to its end. */
export function countedTime({ measureTime, endTime }: Experiment): { startTime?: Timestamp; endTime?: Timestamp } {
  return { ...(measureTime && { startTime: measureTime }), ...(endTime && { endTime }) };
}

/** True for a moment that counts. */
export function isCounted({ measureTime, endTime }: Experiment, at: Timestamp | undefined): boolean {
  if (at === undefined || measureTime === undefined) return false;
  const ms = timestampMs(at);
  return ms >= timestampMs(measureTime) && (endTime === undefined || ms < timestampMs(endTime));
}

/** The colour of an arm, everywhere. */
export function armColor(variant: string): string {
  const colors = ["--px-candidate", "--px-candidate-2", "--px-candidate-3", "--px-candidate-4"];
  if (variant === "baseline") return "--px-baseline";
  const number = Number(variant.split("-")[1] ?? "1");
  return colors[(number - 1) % colors.length] ?? "--px-candidate";
}

/** A KPI for people. */
export const kpiTitles: Readonly<Record<Kpi, string>> = {
  [Kpi.UNSPECIFIED]: "unknown",
  [Kpi.ACTIVE_SERIES]: "Active series",
  [Kpi.DATA_POINTS]: "Data points",
  [Kpi.OTLP_BYTES]: "OTLP bytes",
  [Kpi.METRIC_NAMES]: "Metric names",
  [Kpi.COLLECTOR_CPU]: "Collector CPU",
  [Kpi.COLLECTOR_RSS]: "Collector memory",
};

/** The unit of a KPI. */
export const kpiUnits: Readonly<Record<Kpi, string>> = {
  [Kpi.UNSPECIFIED]: "",
  [Kpi.ACTIVE_SERIES]: "series, all hosts",
  [Kpi.DATA_POINTS]: "points per second, all hosts",
  [Kpi.OTLP_BYTES]: "uncompressed bytes per second, all hosts",
  [Kpi.METRIC_NAMES]: "names",
  [Kpi.COLLECTOR_CPU]: "per cent of a core, mean over hosts",
  [Kpi.COLLECTOR_RSS]: "resident memory, mean over hosts",
};

/** A value with the unit of its KPI, as short as a table wants it. */
export function formatKpi(kpi: Kpi, value: number): string {
  switch (kpi) {
    case Kpi.COLLECTOR_CPU:
      return formatPercent(value, 2);
    case Kpi.COLLECTOR_RSS:
      return formatBytes(value);
    case Kpi.OTLP_BYTES:
      return `${formatBytes(value)}/s`;
    case Kpi.DATA_POINTS:
      return `${formatCount(value)}/s`;
    default:
      return formatCount(value);
  }
}

/** "62.1 % (60.8 % to 63.3 %)", or the estimate alone while the interval is open. */
export function formatInterval(interval: Interval | undefined): string {
  if (interval === undefined) return "not measured yet";
  const { estimate, low, high } = interval;
  if (!Number.isFinite(low) || !Number.isFinite(high)) return `${formatPercent(estimate)} (interval still open)`;
  return `${formatPercent(estimate)} (${formatPercent(low)} to ${formatPercent(high)})`;
}

/** The effect is one that must not get worse. */
export function isGuardrail({ kpi }: Effect): boolean {
  return kpi === Kpi.COLLECTOR_CPU || kpi === Kpi.COLLECTOR_RSS;
}

/** The level as a word. */
export function assuranceWord(level: AssuranceLevel | undefined): string {
  if (level === AssuranceLevel.STANDARD) return "standard";
  return level === AssuranceLevel.REDUCED ? "reduced" : "not said";
}

/** The name of a host of the experiment. */
export function hostName({ hosts }: Experiment, hostId: string): string {
  return hosts.find((host) => host.hostId === hostId)?.hostName || hostId;
}
