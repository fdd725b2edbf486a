import type { BookCost } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import type { HostCount } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";

/** A promotion that hosts still run, and what its experiment measured it to cost. */
export type Promotion = { experiment: Experiment; cost: BookCost };

/** What hosts with one pipeline cost a month, as far as it was measured. */
export type PipelineShare = {
  /** Name of the pipeline; empty for hosts that run none of ours outside experiments. */
  pipeline: string;
  hosts: number;
  /** Hosts whose pipeline an experiment measured. */
  measuredHosts: number;
  /** Of those, a month; undefined where none was measured. */
  monthly: number | undefined;
  /** What those save a month against what they ran before, the collectors' own needs subtracted. */
  net: number | undefined;
};

/** What the fleet costs and saves, each pipeline for itself, the one on most hosts first. */
export function shareOut(counts: readonly HostCount[], promotions: readonly Promotion[]): PipelineShare[] {
  const byExperiment = new Map(promotions.map((promotion) => [promotion.experiment.experimentId, promotion]));
  const shares = new Map<string, PipelineShare>();
  for (const { pipeline, experimentId, hosts } of counts) {
    const share = shares.get(pipeline) ?? { pipeline, hosts: 0, measuredHosts: 0, monthly: undefined, net: undefined };
    shares.set(pipeline, share);
    share.hosts += hosts;
    const each = pipeline === "" ? undefined : eachHost(byExperiment.get(experimentId));
    if (each === undefined) continue;
    share.measuredHosts += hosts;
    share.monthly = (share.monthly ?? 0) + hosts * each.monthly;
    share.net = (share.net ?? 0) + hosts * each.net;
  }
  return [...shares.values()].toSorted((a, b) => b.hosts - a.hosts);
}

/** A month of one host of a promotion; undefined where nothing says it. */
function eachHost(promotion: Promotion | undefined): { monthly: number; net: number } | undefined {
  if (promotion === undefined) return undefined;
  const { experiment, cost } = promotion;
  const { promotedVariant } = experiment;
  const monthly = cost.arms.find(({ variant }) => variant === promotedVariant)?.monthly;
  const net = cost.savings.find(({ variant }) => variant === promotedVariant)?.net?.estimate;
  const measured = experiment.verdicts.find(({ variant }) => variant === promotedVariant)?.hosts ?? 0;
  if (monthly === undefined || net === undefined || measured === 0) return undefined;
  return { monthly: monthly / measured, net: net / measured };
}

/** Hosts by whether they can be reached, and of those that can, whether all their collectors are healthy. */
export type Health = { healthy: number; unhealthy: number; lost: number; departed: number; enrolled: number };

/** Hosts in all. */
export function totalOf(counts: readonly HostCount[]): number {
  return counts.reduce((sum, { hosts }) => sum + hosts, 0);
}

/** Counts hosts by how they are. */
export function countHealth(counts: readonly HostCount[]): Health {
  const health: Health = { healthy: 0, unhealthy: 0, lost: 0, departed: 0, enrolled: 0 };
  for (const { state, collectorsWell, hosts } of counts) {
    if (state === HostState.ONLINE) {
      if (collectorsWell) health.healthy += hosts;
      else health.unhealthy += hosts;
    } else if (state === HostState.LOST) health.lost += hosts;
    else if (state === HostState.DEPARTED) health.departed += hosts;
    else health.enrolled += hosts;
  }
  return health;
}
