import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Estimator, Kpi, type Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { ArmPanel } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { WindowMeasurement } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";

/** What `phoenix analyze` reads. */
export type PanelFile = {
  windowSeconds: number;
  blockWindows: number;
  alpha: number;
  g: number;
  minimumReduction: number;
  estimator: "typical-host" | "fleet-total";
  baseline: (number | null)[][];
  candidate: (number | null)[][];
};

/** What a panel file is made of. */
export type PanelFileInput = {
  experiment: Experiment;
  variant: string;
  /** The candidate's verdict, which says where the evidence ended; without one every window counts. */
  verdict: Verdict | undefined;
  panel: readonly ArmPanel[];
};

/**
 * The evidence of a verdict as `phoenix analyze` reads it: active series of the
 * blocks that were judged, a row for each planned host, null where a pair did not
 * count. α is shared among the candidates, and the hosts' own offsets of an A/A
 * period are taken off the candidate's counts, as the verdict does both. Throws
 * a CommandError "refused" where there is no plan or no window.
 */
export function panelFile({ experiment, variant, verdict, panel }: PanelFileInput): PanelFile {
  const { plan, measureTime, hosts, spec } = experiment;
  if (plan === undefined || measureTime === undefined) throw nothing(experiment, "nothing is measured yet");
  const { windowSeconds, blockWindows } = plan;
  const windowMs = windowSeconds * 1000;
  const blockMs = windowMs * blockWindows;
  const estimator = plan.estimator === Estimator.FLEET_TOTAL ? "fleet-total" : "typical-host";
  // Blocks lie on a grid that starts at the Unix epoch; the first begins when the warm-up is over.
  const fromMs = Math.ceil((timestampMs(measureTime) + plan.warmupWindows * windowMs) / blockMs) * blockMs;
  const hostIds = hosts.map(({ hostId }) => hostId);
  const arms = (name: string) => new Map(hostIds.map((hostId) => [hostId, windowsOf(panel, hostId, name)]));
  const [ours, theirs] = [arms("baseline"), arms(variant)];
  const count = Math.min(
    judgedWindows(verdict, blockWindows, hostIds.length),
    deliveredWindows([ours, theirs], fromMs, windowMs),
  );
  if (count < 1) throw nothing(experiment, `no window of ${variant} is after the warm-up`);

  const offsetOf = (hostId: string): number =>
    plan.calibration?.offsets.find(
      (offset) => offset.hostId === hostId && offset.variant === variant && offset.kpi === Kpi.ACTIVE_SERIES,
    )?.logRatio ?? 0;
  const rows = hostIds.map((hostId) =>
    Array.from({ length: count }, (_, index): [number | null, number | null] => {
      const startMs = fromMs + index * windowMs;
      const [base, candidate] = [ours.get(hostId)?.get(startMs), theirs.get(hostId)?.get(startMs)];
      if (!isUsable(base) || !isUsable(candidate) || !isSent(candidate)) return [null, null];
      return [Number(base.activeSeries), levelled(Number(candidate.activeSeries), offsetOf(hostId), estimator)];
    }),
  );
  return {
    windowSeconds,
    blockWindows,
    alpha: plan.alpha / Math.max(1, (spec?.arms.length ?? 2) - 1),
    g: plan.g,
    minimumReduction: plan.minimumReductionRatio,
    estimator,
    baseline: rows.map((row) => row.map(([base]) => base)),
    candidate: rows.map((row) => row.map(([, candidate]) => candidate)),
  };
}

/**
 * A count less its host's offset o. The typical host's ratio has half a unit added
 * to both counts, (C + ½)/(B + ½), so the half goes through e^−o as well.
 */
function levelled(count: number, offset: number, estimator: PanelFile["estimator"]): number {
  if (offset === 0) return count;
  const half = estimator === "typical-host" ? 0.5 : 0;
  return Math.max(0, (count + half) * Math.exp(-offset) - half);
}

type Windows = ReadonlyMap<number, WindowMeasurement>;

function windowsOf(panel: readonly ArmPanel[], hostId: string, variant: string): Windows {
  const windows = panel.filter((arm) => arm.hostId === hostId && arm.variant === variant).flatMap((arm) => arm.windows);
  return new Map(
    windows.flatMap((window) =>
      window.windowStart === undefined ? [] : [[timestampMs(window.windowStart), window] as const],
    ),
  );
}

/** Windows of the blocks that were closed when the verdict was made: evidence and lost, over all hosts. */
function judgedWindows(verdict: Verdict | undefined, blockWindows: number, hosts: number): number {
  if (verdict === undefined || verdict.blocks === 0 || hosts === 0) return Number.POSITIVE_INFINITY;
  const closed = (verdict.pairWindows + verdict.lostWindows) / (blockWindows * hosts);
  return Math.max(verdict.blocks, Math.round(closed)) * blockWindows;
}

function deliveredWindows(arms: readonly ReadonlyMap<string, Windows>[], fromMs: number, windowMs: number): number {
  let newestMs = Number.NEGATIVE_INFINITY;
  for (const startMs of arms.flatMap((arm) => [...arm.values()]).flatMap((windows) => [...windows.keys()])) {
    newestMs = Math.max(newestMs, startMs);
  }
  return newestMs < fromMs ? 0 : (newestMs - fromMs) / windowMs + 1;
}

/** Numbers that can all be true at once, of a collector that ran through a window that was watched whole. */
function isUsable(window: WindowMeasurement | undefined): window is WindowMeasurement {
  if (!window?.complete || !window.collectorUp || window.collectorRestarts > 0 || window.activeSeries === 0n)
    return false;
  const { activeSeries, dataPoints, metricNames, otlpBytes } = window;
  return metricNames > 0n && otlpBytes > 0n && activeSeries <= dataPoints && metricNames <= activeSeries;
}

/** The candidate got rid of everything: what it dropped is no saving. */
function isSent({ droppedPoints, rejectedRequests }: WindowMeasurement): boolean {
  return droppedPoints === 0n && rejectedRequests === 0n;
}

function nothing({ experimentId }: Experiment, why: string): CommandError {
  return new CommandError(`there is no panel of ${experimentId}: ${why}`, exitCodes.refused);
}
