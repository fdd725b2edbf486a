import { anytimeInterval, type Interval } from "./anytime-t.ts";
import { type BlockMeans, blockMeans } from "./block-means.ts";
import type { Block } from "./blocks.ts";
import type { Offsets } from "./calibration.ts";
import type { Estimate } from "./estimate.ts";
import { estimateFleetTotal, fleetLogRatio } from "./fleet-total.ts";
import { type Kpi, type KpiName, kpis } from "./kpi.ts";
import { halfUnit } from "./log-ratio.ts";
import type { Plan } from "./plan.ts";
import { RunningSample, sampleOf } from "./sample.ts";
import { estimateHostMean, estimateTypicalHost, hostLogRatios, hostMeanLogRatio } from "./typical-host.ts";

/** One effect, measured over the blocks that count as evidence. */
export interface Effect {
  readonly kpi: KpiName;
  /** ln(candidate / baseline). Estimate 0 and infinite ends before the first block. */
  readonly logRatio: Interval;
  readonly estimate: Estimate;
  /** Mean of the baseline, in the unit people read; for a fleet total the sum over hosts. */
  readonly baselineMean: number;
  readonly candidateMean: number;
  /** z_k of each block, in time order. */
  readonly blockLogRatios: readonly number[];
  /** Mean over blocks of each host's own log ratio, in the order hosts came. */
  readonly hostLogRatios: readonly number[];
  /** The log-ratio interval as it stood after each block. */
  readonly steps: readonly Interval[];
  /** The candidate's own mean per collector, in the unit people read. */
  readonly candidateLevel: Interval;
}

const nothing: Estimate = { blocks: 0, hosts: 0, mean: 0, standardError: Number.POSITIVE_INFINITY };

/** Turns the interval of a log ratio into the interval of a reduction, 1 − e^θ: positive is less. */
export function reductionOf(logRatio: Interval): Interval {
  return {
    estimate: -Math.expm1(logRatio.estimate),
    low: -Math.expm1(logRatio.high),
    high: -Math.expm1(logRatio.low),
  };
}

function scaled(interval: Interval, kpi: Kpi, windowMs: number): Interval {
  return {
    estimate: kpi.shown(interval.estimate, windowMs),
    low: kpi.shown(interval.low, windowMs),
    high: kpi.shown(interval.high, windowMs),
  };
}

/** How block means become an interval. */
export interface Method {
  readonly estimator: Plan["estimator"];
  /** Prior weight of the anytime-valid interval, in blocks. */
  readonly g: number;
  /** Two-sided level of the interval. */
  readonly alpha: number;
  /** Blocks the subtracted offsets stand on; Infinity where nothing is subtracted. */
  readonly offsetBlocks: number;
}

/** A log ratio over some blocks. */
export type MeasuredRatio = Pick<Effect, "logRatio" | "estimate" | "blockLogRatios" | "steps">;

/** Estimates ln(candidate / baseline) after each block, with its interval. */
export function measureRatio(
  means: readonly BlockMeans[],
  { estimator, g, alpha, offsetBlocks }: Method,
): MeasuredRatio {
  const fleet = estimator === "fleet-total";
  const estimates = fleet ? estimateFleetTotal(means, offsetBlocks) : estimateTypicalHost(means, offsetBlocks);
  const steps = estimates.map((estimate) => anytimeInterval(estimate, g, alpha));
  return {
    logRatio: steps.at(-1) ?? anytimeInterval(nothing, g, alpha),
    estimate: estimates.at(-1) ?? nothing,
    blockLogRatios: means.map(fleet ? fleetLogRatio : hostMeanLogRatio),
    steps,
  };
}

/** What an effect is measured from. */
export interface EffectInput {
  /** Blocks that count as evidence, in time order. */
  readonly blocks: readonly Block[];
  readonly name: KpiName;
  readonly plan: Plan;
  /** Two-sided level of the intervals: twice the plan's one-sided level, shared out among the candidates. */
  readonly alpha: number;
  readonly offsets: Offsets;
}

/** Measures one effect, less what the arms of each host differ by on their own. */
export function measureEffect({ blocks, name, plan, alpha, offsets }: EffectInput): Effect {
  const kpi = kpis[name];
  const means = blockMeans(blocks, kpi, offsets);
  const { estimator, g, blockWindows } = plan;
  const fleet = estimator === "fleet-total";
  const ratio = measureRatio(means, { estimator, g, alpha, offsetBlocks: offsets.windowsPerHost / blockWindows });
  const levels = estimateHostMean(
    means.map((block) => new Map(block.map((host) => [host.hostId, host.candidate]))),
    () => halfUnit,
  );
  const perHost = new Map<string, RunningSample>();
  for (const block of means) {
    for (const [hostId, value] of hostLogRatios(block)) {
      const sample = perHost.get(hostId) ?? new RunningSample();
      sample.add(value);
      perHost.set(hostId, sample);
    }
  }
  const meanOf = (arm: "baseline" | "candidate"): number => {
    const perBlock = means.map((block) => {
      const hosts = sampleOf(block.map((host) => host[arm]));
      return fleet ? hosts.mean * hosts.count : hosts.mean;
    });
    return kpi.shown(sampleOf(perBlock).mean, plan.windowMs);
  };
  return {
    kpi: name,
    ...ratio,
    baselineMean: meanOf("baseline"),
    candidateMean: meanOf("candidate"),
    hostLogRatios: [...perHost.values()].map((sample) => sample.mean),
    candidateLevel: scaled(anytimeInterval(levels.at(-1) ?? nothing, plan.g, alpha), kpi, plan.windowMs),
  };
}
