import { AssuranceLevel, Decision, type Effect, Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import {
  type Experiment,
  ExperimentOutcome,
  ExperimentPhase,
} from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { enumWord, formatBytes, formatCount, formatDigest } from "./quantities.ts";

/** Phases after which nothing more is measured. */
export function isOver(phase: ExperimentPhase): boolean {
  return phase === ExperimentPhase.COMPLETED || phase === ExperimentPhase.FAILED || phase === ExperimentPhase.CANCELLED;
}

/** What was done with the verdict, empty when nothing was. */
export function describeOutcome(experiment: Experiment): string {
  switch (experiment.outcome) {
    case ExperimentOutcome.PROMOTED:
      return `${experiment.promotedVariant} promoted, digest ${formatDigest(experiment.promotedDigest)}`;
    case ExperimentOutcome.ROLLED_BACK:
      return "rolled back";
    case ExperimentOutcome.KEPT:
      return "kept as it was";
    default:
      return "";
  }
}

/** The level as a word. */
export function assuranceWord(level: AssuranceLevel): string {
  return enumWord(AssuranceLevel, level).toLowerCase();
}

/** The decision as a word, "MEASURING" while it is open. */
export function decisionWord(decision: Decision): string {
  return decision === Decision.CONTINUE ? "MEASURING" : enumWord(Decision, decision);
}

/** The KPI for people, with its unit. */
export function kpiTitle(kpi: Kpi): string {
  const titles: Partial<Record<number, string>> = {
    [Kpi.ACTIVE_SERIES]: "active series",
    [Kpi.DATA_POINTS]: "data points per second",
    [Kpi.OTLP_BYTES]: "OTLP bytes per second",
    [Kpi.METRIC_NAMES]: "metric names",
    [Kpi.COLLECTOR_CPU]: "collector CPU",
    [Kpi.COLLECTOR_RSS]: "collector memory",
  };
  return titles[kpi] ?? enumWord(Kpi, kpi);
}

/** A value in the unit of its KPI. */
export function formatKpi(kpi: Kpi, value: number): string {
  switch (kpi) {
    case Kpi.COLLECTOR_CPU:
      return `${(value * 100).toFixed(2)} % of a core`;
    case Kpi.COLLECTOR_RSS:
    case Kpi.OTLP_BYTES:
      return formatBytes(value);
    default:
      return formatCount(value);
  }
}

/** The effect is one that must not get worse. */
export function isGuardrail(effect: Effect): boolean {
  return effect.kpi === Kpi.COLLECTOR_CPU || effect.kpi === Kpi.COLLECTOR_RSS;
}
