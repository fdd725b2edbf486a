/** A name that a load runs, in Protobuf's JSON mapping of `phoenix.load.v1.LoadRole`. */
export type LoadRoleDefinition = {
  name: string;
  /** How often it is drawn, relative to the others. */
  weight: number;
  /** Share of the CPU time relative to others. */
  cpuWeight: number;
  /** Memory it fills, in bytes, in decimal digits. */
  memoryBytes: string;
};

/** Disturbances, in Protobuf's JSON mapping of `phoenix.load.v1.LoadChaos`. */
export type LoadChaosDefinition = {
  killsPerMinute: number;
  cpuSpikesPerMinute: number;
  /** Share of one core. */
  cpuSpikeRatio: number;
  memorySpikesPerMinute: number;
  /** In bytes, in decimal digits. */
  memorySpikeBytes: string;
  /** In seconds, "15s". */
  spikeDuration: string;
  stressNg: boolean;
};

/** A kind of load, in Protobuf's JSON mapping of `phoenix.load.v1.LoadProfile`. */
export type LoadProfileDefinition = {
  name: string;
  description: string;
  defaultProcesses: number;
  maxProcesses: number;
  anchors: LoadRoleDefinition[];
  others: LoadRoleDefinition[];
  shortLived: LoadRoleDefinition[];
  /** 0 to 1. */
  shortLivedRatio: number;
  /** In seconds, "0.5s". */
  shortestLife: string;
  /** In seconds. */
  longestLife: string;
  /** Share of one core. */
  cpuRatio: number;
  uniqueNames: boolean;
  spawnsPerSecond: number;
  chaos?: LoadChaosDefinition;
};
