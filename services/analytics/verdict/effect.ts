import { anytimeInterval, type Interval } from "./anytime-t.ts";
import { blockMeans } from "./block-means.ts";
import type { Block } from "./blocks.ts";
import type { Offsets } from "./calibration.ts";
import type { Estimate } from "./estimate.ts";
import { estimateFleetTotal, fleetLogRatio } from "./fleet-total.ts";
import { type Kpi, type KpiName, kpis } from "./kpi.ts";
import { halfUnit } from "./log-ratio.ts";
import type { Plan } from "./plan.ts";
import { RunningSample, sampleOf } from "./sample.ts";
import { estimateHostMean, estimateTypicalHost, hostLogRatios } from "./typical-host.ts";

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
  const fleet = plan.estimator === "fleet-total";
  const offsetBlocks = offsets.windowsPerHost / plan.blockWindows;
  const estimates = fleet ? estimateFleetTotal(means, offsetBlocks) : estimateTypicalHost(means, offsetBlocks);
  const steps = estimates.map((estimate) => anytimeInterval(estimate, plan.g, alpha));
  const levels = estimateHostMean(
    means.map((block) => new Map(block.map((host) => [host.hostId, host.candidate]))),
    () => halfUnit,
  );
  const perHost = new Map<string, RunningSample>();
  const byBlock = means.map(hostLogRatios);
  for (const [hostId, value] of byBlock.flatMap((values) => [...values])) {
    const sample = perHost.get(hostId) ?? new RunningSample();
    sample.add(value);
    perHost.set(hostId, sample);
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
    logRatio: steps.at(-1) ?? anytimeInterval(nothing, plan.g, alpha),
    estimate: estimates.at(-1) ?? nothing,
    baselineMean: meanOf("baseline"),
    candidateMean: meanOf("candidate"),
    blockLogRatios: fleet ? means.map(fleetLogRatio) : byBlock.map((values) => sampleOf(values.values()).mean),
    hostLogRatios: [...perHost.values()].map((sample) => sample.mean),
    steps,
    candidateLevel: scaled(anytimeInterval(levels.at(-1) ?? nothing, plan.g, alpha), kpi, plan.windowMs),
  };
}
