/** Processes of one name on a host. */
export type Population = {
  readonly name: string;
  /** How many run at a time, on average. */
  readonly processes: number;
  /** CPU of one, as a share of one core. */
  readonly cpuRatio: number;
  /** Resident memory of one. */
  readonly rssBytes: number;
  /** Each lives so long: from, to, evenly spread. Undefined for those that run throughout. */
  readonly lifeMs?: readonly [number, number];
};

/**
 * Of the processes that run at a moment, the share that is older than `ageMs`. In a steady state the age of
 * one that runs is spread over its life, so this is E[max(0, L - age)] / E[L] (renewal theory).
 */
export function olderRatio({ lifeMs }: Pick<Population, "lifeMs">, ageMs: number): number {
  if (lifeMs === undefined || ageMs <= 0) return 1;
  const [from, to] = lifeMs;
  if (to <= ageMs) return 0;
  const mean = (from + to) / 2;
  if (from >= ageMs) return (mean - ageMs) / mean;
  return (to - ageMs) ** 2 / (2 * (to - from)) / mean;
}
