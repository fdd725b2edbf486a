import { correlationTime, lagOneAutocorrelation } from "./autocorrelation.ts";
import type { Calibration, HostOffset } from "./calibration.ts";
import { type KpiName, kpis, primaryKpi } from "./kpi.ts";
import { logRatio } from "./log-ratio.ts";
import { judgePair } from "./pairs.ts";
import { buildTimelines, type HostTimeline, type MeasuredArm } from "./panel.ts";
import { longPeriodMs, pairLossLimitRatio } from "./plan.ts";
import { RunningSample, sampleOf } from "./sample.ts";
import { counted, percent } from "./wording.ts";

/** Pair-windows of a host below which its offset is little more than a guess. */
const fewestPairWindows = 30;

/** Correlation times that a period must span, or how long measurements remember is not to be seen in it. */
const fewestCorrelationTimes = 10;

/** φ is under 1 by contract; nearer to it blocks would be endless, and no period of hours could show it. */
const largestAutocorrelation = 0.99;

/** An A/A period: both arms ran the baseline on every host. */
export interface CalibrationInput {
  readonly arms: readonly MeasuredArm[];
  /** First moment of the period, its own warm-up over, and the first moment after it. */
  readonly startMs: number;
  readonly endMs: number;
  readonly windowMs: number;
  /** Windows in a block of the plan so far. */
  readonly blockWindows: number;
  readonly baselineVariant: string;
  /** The arms that stood in for candidates. */
  readonly candidateVariants: readonly string[];
  /** Hosts of the experiment; empty takes every host that delivered. */
  readonly hostIds: readonly string[];
}

/** What an A/A period gave, and what it asks of the plan. */
export interface CalibrationFindings {
  readonly calibration: Calibration;
  /** max(L of the plan, ⌈2τ⌉). */
  readonly blockWindows: number;
  /** Why the period is too thin to lean on, as clauses to be joined by "; "; empty when it is not. */
  readonly shortcomings: readonly string[];
}

const kpiNames = Object.keys(kpis) as KpiName[];

/** The log ratios of one host over the period, by window. */
interface HostPeriod {
  readonly hostId: string;
  readonly offsets: ReadonlyMap<KpiName, RunningSample>;
  readonly primaryByWindow: ReadonlyMap<number, number>;
}

function followHost(timeline: HostTimeline): HostPeriod {
  const offsets = new Map(kpiNames.map((name) => [name, new RunningSample()]));
  const primaryByWindow = new Map<number, number>();
  for (const startMs of timeline.candidateStarts) {
    const { fate, baseline, candidate } = judgePair(timeline, startMs);
    if (fate !== "pair" || baseline === undefined || candidate === undefined) continue;
    for (const name of kpiNames) {
      const value = logRatio(kpis[name].countOf(candidate), kpis[name].countOf(baseline));
      offsets.get(name)?.add(value);
      if (name === primaryKpi) primaryByWindow.set(startMs, value);
    }
  }
  return { hostId: timeline.hostId, offsets, primaryByWindow };
}

/** Deviations from the host's own mean, as runs without a gap. */
function unbrokenRuns(byWindow: ReadonlyMap<number, number>, windowMs: number): number[][] {
  const { mean } = sampleOf(byWindow.values());
  const runs: number[][] = [];
  let lastMs = Number.NaN;
  for (const [startMs, value] of [...byWindow].sort(([a], [b]) => a - b)) {
    if (startMs !== lastMs + windowMs) runs.push([]);
    runs.at(-1)?.push(value - mean);
    lastMs = startMs;
  }
  return runs;
}

/** z_t: the mean over hosts of each host's deviation from its own mean, so that a missing host shifts nothing. */
function meanDeviations(hosts: readonly HostPeriod[]): Map<number, number> {
  const byWindow = new Map<number, RunningSample>();
  for (const { primaryByWindow } of hosts) {
    const { mean } = sampleOf(primaryByWindow.values());
    for (const [startMs, value] of primaryByWindow) {
      const sample = byWindow.get(startMs) ?? new RunningSample();
      sample.add(value - mean);
      byWindow.set(startMs, sample);
    }
  }
  return new Map([...byWindow].map(([startMs, sample]) => [startMs, sample.mean]));
}

/**
 * r_1 made larger by what it falls short in a sample of n about its own mean:
 * E r_1 ≈ φ − (1 + 4φ)/n. Source: Marriott & Pope, Biometrika 41, 1954, and
 * Kendall in the same volume. At least 0.
 */
function unbiased(lagOne: number, n: number): number {
  if (n <= 4 || lagOne <= 0) return Math.max(0, lagOne);
  return Math.min(Math.max(0, (lagOne + 1 / n) / (1 - 4 / n)), largestAutocorrelation);
}

/**
 * φ of the primary effect: that of the mean over hosts, which blocks are made
 * of, or that of the hosts one by one, pooled, where that is larger: in a fleet
 * total a large host is not averaged away.
 */
function autocorrelationOf(hosts: readonly HostPeriod[], windowMs: number): number {
  const together = meanDeviations(hosts);
  const apart = hosts.flatMap((host) => unbrokenRuns(host.primaryByWindow, windowMs));
  return Math.max(
    unbiased(lagOneAutocorrelation(unbrokenRuns(together, windowMs)), together.size),
    unbiased(lagOneAutocorrelation(apart), together.size),
  );
}

/**
 * Learns from an A/A period what the arms of each host differ by on their own,
 * and how long a block must be: L = max(plan, ⌈2τ⌉), τ = (1 + φ)/(1 − φ). The
 * largest φ over the candidates counts.
 */
export function calibrate(input: CalibrationInput): CalibrationFindings {
  const { arms, startMs, endMs, windowMs, baselineVariant, candidateVariants, hostIds } = input;
  const candidates = candidateVariants.map((variant) => {
    const timelines = buildTimelines({
      arms,
      baselineVariant,
      candidateVariant: variant,
      hostIds,
      windowMs,
      fromMs: startMs,
      untilMs: endMs,
    });
    return { variant, hosts: timelines.map(followHost) };
  });
  const places = candidates.flatMap(({ variant, hosts }) => hosts.map((host) => ({ variant, ...host })));
  const pairWindows = places.reduce((sum, place) => sum + place.primaryByWindow.size, 0);
  const phi = candidates.reduce((most, { hosts }) => Math.max(most, autocorrelationOf(hosts, windowMs)), 0);
  const tau = correlationTime(phi);

  const offsets: HostOffset[] = places.flatMap(({ variant, hostId, offsets: samples }) =>
    kpiNames.flatMap((kpi) => {
      const sample = samples.get(kpi);
      return sample === undefined || sample.count === 0 ? [] : [{ hostId, variant, kpi, logRatio: sample.mean }];
    }),
  );
  return {
    calibration: { pairWindows, autocorrelation: phi, autocorrelationTimeWindows: tau, offsets },
    blockWindows: Math.max(input.blockWindows, Math.ceil(2 * tau)),
    shortcomings: shortcomingsOf(input, places, pairWindows, tau),
  };
}

function shortcomingsOf(
  { startMs, endMs, windowMs }: CalibrationInput,
  places: readonly (HostPeriod & { readonly variant: string })[],
  pairWindows: number,
  tau: number,
): string[] {
  const found: string[] = [];
  const planned = Math.max(0, Math.floor((endMs - startMs) / windowMs));
  if (endMs - startMs < longPeriodMs) {
    const minutes = Math.max(0, (endMs - startMs) / 60_000);
    found.push(`the A/A period of ${minutes.toFixed(1)} minutes is shorter than ${longPeriodMs / 3_600_000} hours`);
  }
  for (const { hostId, variant, primaryByWindow } of places) {
    if (primaryByWindow.size >= fewestPairWindows) continue;
    found.push(
      `the A/A period has ${counted(primaryByWindow.size, "pair-window")} of ${variant} on host ${hostId}, and ${fewestPairWindows} are needed`,
    );
  }
  const wanted = planned * places.length;
  if (pairWindows < (1 - pairLossLimitRatio) * wanted) {
    found.push(`the A/A period lost ${percent(1 - pairWindows / wanted)} of its pair-windows`);
  }
  const correlationTimes = places.length === 0 ? 0 : pairWindows / places.length / tau;
  if (correlationTimes < fewestCorrelationTimes) {
    found.push(
      `the A/A period spans ${correlationTimes.toFixed(1)} correlation times, too few to see how long measurements remember`,
    );
  }
  return found;
}
