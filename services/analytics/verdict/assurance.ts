import { correlationTime, lagOneAutocorrelation } from "./autocorrelation.ts";
import type { Block } from "./blocks.ts";
import type { Offsets } from "./calibration.ts";
import type { Effect } from "./effect.ts";
import type { CandidateFaults } from "./hard-rejection.ts";
import { kpis, primaryKpi } from "./kpi.ts";
import { logRatio } from "./log-ratio.ts";
import { generalHosts, longPeriodMs, type Plan, pairLossLimitRatio } from "./plan.ts";
import type { Retention } from "./retention.ts";
import { sampleOf } from "./sample.ts";
import { counted, percent } from "./wording.ts";

/** How strong the evidence is. */
export interface Assurance {
  readonly level: "standard" | "reduced";
  /** What is missing for the standard level, as clauses to be joined by "; "; empty there. */
  readonly reasons: readonly string[];
}

/** Log ratios of the primary effect window by window, one series for each unbroken run on a host. */
function windowSeries(blocks: readonly Block[], windowMs: number): number[][] {
  const series = new Map<string, { lastMs: number; values: number[] }>();
  const all: number[][] = [];
  for (const { fate, hostId, startMs, baseline, candidate } of blocks.flatMap((block) => block.windows)) {
    if (fate !== "pair" || baseline === undefined || candidate === undefined) continue;
    const { countOf } = kpis[primaryKpi];
    const value = logRatio(countOf(candidate), countOf(baseline));
    const run = series.get(hostId);
    if (run !== undefined && run.lastMs + windowMs === startMs) {
      run.values.push(value);
      run.lastMs = startMs;
    } else {
      const values = [value];
      all.push(values);
      series.set(hostId, { lastMs: startMs, values });
    }
  }
  return all;
}

/** Everything the level is judged by. */
export interface AssuranceInput {
  readonly plan: Plan;
  readonly evidence: readonly Block[];
  readonly closedBlocks: number;
  readonly primary: Effect;
  readonly retention: Retention;
  readonly mustKeep: readonly string[];
  readonly faults: CandidateFaults;
  readonly offsets: Offsets;
}

/** Pair-windows and all windows of each host in the evidence, hosts by id. */
function pairsByHost(evidence: readonly Block[]): Map<string, { pairs: number; windows: number }> {
  const hosts = new Map<string, { pairs: number; windows: number }>();
  for (const { hostId, fate } of evidence.flatMap((block) => block.windows)) {
    const host = hosts.get(hostId) ?? { pairs: 0, windows: 0 };
    host.windows += 1;
    if (fate === "pair") host.pairs += 1;
    hosts.set(hostId, host);
  }
  return hosts;
}

/** "1 host, d first": how many, and one to look at. */
function naming(hostIds: readonly string[]): string {
  return `${counted(hostIds.length, "host")}, ${hostIds[0]} first`;
}

/** Says how strong the evidence is, with every reason why it is not stronger. */
export function assess(input: AssuranceInput): Assurance {
  const { plan, evidence, closedBlocks, primary, retention, mustKeep, faults, offsets } = input;
  const reasons = [...plan.assuranceReasons];
  const measured = [...pairsByHost(evidence)];
  const { hosts, blocks } = primary.estimate;

  if (!plan.calibrated || plan.calibration === undefined) {
    reasons.push("no A/A period, so block length and the hosts' own offsets are not calibrated");
  } else {
    const unknown = measured.flatMap(([hostId, { pairs }]) => (pairs > 0 && !offsets.knows(hostId) ? [hostId] : []));
    if (unknown.length > 0) reasons.push(`the A/A period says nothing of ${naming(unknown)}`);
  }
  if (hosts < generalHosts) {
    reasons.push(`${counted(hosts, "host")}, so the verdict is about these hosts only`);
  }
  // Three uneven weights leave next to no spread to measure; docs/calibration.md has what becomes of the error rate.
  const blockError = sampleOf(primary.blockLogRatios).variance / blocks;
  const hostError = sampleOf(primary.hostLogRatios).variance / hosts;
  if (plan.estimator === "fleet-total" && hosts === generalHosts && hostError > blockError) {
    reasons.push(`a fleet total of ${counted(hosts, "host")} that differ more than their blocks do`);
  }
  const thin = measured.flatMap(([hostId, { pairs, windows }]) =>
    pairs < (1 - pairLossLimitRatio) * windows ? [hostId] : [],
  );
  if (thin.length > 0) {
    reasons.push(`more than ${percent(pairLossLimitRatio)} of the windows are missing of ${naming(thin)}`);
  }
  const measuredMs = evidence.length * plan.blockWindows * plan.windowMs;
  if (measuredMs < longPeriodMs) {
    reasons.push(`${(measuredMs / 60_000).toFixed(1)} minutes of evidence, all at one time of day`);
  }
  const tau = Math.max(
    correlationTime(lagOneAutocorrelation(windowSeries(evidence, plan.windowMs))),
    plan.calibration?.autocorrelationTimeWindows ?? 1,
  );
  if (plan.blockWindows < 2 * tau) {
    reasons.push(
      `blocks of ${counted(plan.blockWindows, "window")} are shorter than twice the correlation time (${(2 * tau).toFixed(1)} windows)`,
    );
  }
  // 2/√B: two standard errors of a lag-1 autocorrelation when there is none (Bartlett 1946).
  const lagOne = lagOneAutocorrelation([primary.blockLogRatios]);
  if (blocks >= 2 && lagOne > 2 / Math.sqrt(blocks)) {
    reasons.push(`neighbouring blocks are correlated (${lagOne.toFixed(2)}), so the interval is too narrow`);
  }
  if (closedBlocks > evidence.length) {
    reasons.push(`${counted(closedBlocks - evidence.length, "block")} failed a validity check and were left out`);
  }
  if (mustKeep.length === 0) {
    reasons.push("no must-keep process was named, so nothing was checked to stay visible");
  }
  for (const expression of retention.unmatchedExpressions) {
    reasons.push(`the must-keep expression "${expression}" matched no running process`);
  }
  if (faults.windows > 0) {
    reasons.push(`the candidate's collector spoiled ${counted(faults.windows, "window")} itself`);
  }
  return { level: reasons.length === 0 ? "standard" : "reduced", reasons };
}
