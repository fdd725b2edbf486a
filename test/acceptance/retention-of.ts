import type { ArmPanel } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";

/** Of an arm: how many times a must-keep process was there in a whole window, how many of those it was reported, and their names. */
export function retentionOf(
  panel: readonly ArmPanel[],
  variant: string,
): { seen: number; reported: number; names: string[] } {
  const sightings = panel
    .filter((arm) => arm.variant === variant)
    .flatMap(({ windows }) => windows.filter(({ complete }) => complete))
    .flatMap(({ mustKeep }) => mustKeep.filter(({ oracleSeen }) => oracleSeen));
  return {
    seen: sightings.length,
    reported: sightings.filter(({ reported }) => reported).length,
    names: [...new Set(sightings.map(({ processName }) => processName))],
  };
}
