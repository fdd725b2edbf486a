import type { LoadProfile } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";

/** One process of a simulation. */
export interface LoadProcessPlan {
  /** Its name, as the kernel and collectors have it. */
  readonly name: string;
  /** It ends and is started again under a new pid, over and over. */
  readonly shortLived: boolean;
  /** Most CPU time it uses, as a share of one core; 0 for one that only waits. */
  readonly cpuRatio: number;
  /** Memory it fills. */
  readonly memoryBytes: number;
  /** An argument of its own; undefined for processes that look alike. */
  readonly argument?: string;
}

/** Processes that come and go at a rate, whatever the number that runs. */
export interface ChurnPlan {
  readonly spawnsPerSecond: number;
  /** What is begun is drawn from these. */
  readonly choices: readonly { readonly weight: number; readonly process: LoadProcessPlan }[];
  /** None is begun while so many run. */
  readonly mostAlive: number;
}

/** Disturbances while a simulation runs. */
export interface ChaosPlan {
  readonly killsPerMinute: number;
  readonly cpuSpikesPerMinute: number;
  /** Share of one core. */
  readonly cpuSpikeRatio: number;
  readonly memorySpikesPerMinute: number;
  readonly memorySpikeBytes: number;
  readonly spikeDurationMs: number;
  /** Spikes are stress-ng's where the host has it. */
  readonly stressNg: boolean;
}

/** All processes of a simulation. Plain data: it travels between processes. */
export interface LoadPlan {
  readonly processes: readonly LoadProcessPlan[];
  /** How long a short-lived process lives: from, to. */
  readonly shortLifetimeMs: readonly [number, number];
  /** Seed of what is left to chance while it runs. */
  readonly seed: number;
  readonly churn?: ChurnPlan;
  readonly chaos?: ChaosPlan;
}

/** What to plan. */
export interface LoadRequest {
  readonly definition: LoadProfile;
  /** Processes at a time; 0 takes the definition's own number, more than its most are cut to that. */
  readonly processes: number;
  /** Seed of the random choices. */
  readonly seed: number | bigint;
}

/** A plan within its limits, and in words what was made smaller to keep it there. */
export interface LimitedPlan {
  readonly plan: LoadPlan;
  readonly reductions: readonly string[];
}
