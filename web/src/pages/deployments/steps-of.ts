import type { Deployment } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";

/** A step of a roll-out. */
export type Step = {
  /** From 1. */
  number: number;
  /** Hosts told by its end; undefined where the fleet changed since it was planned. */
  hosts: number | undefined;
};

/**
 * The steps of a deployment with their hosts, by the rule of the service: the
 * canary (one where nothing is said and there are several), the shares rounded
 * up, everyone. Hosts are left out where that does not come to as many steps.
 */
export function stepsOf({ steps, strategy, counts }: Pick<Deployment, "steps" | "strategy" | "counts">): Step[] {
  const total = counts?.total ?? 0;
  const canary = strategy?.canaryHosts || (total > 1 ? 1 : 0);
  const percents = strategy?.stepPercents ?? [];
  const shares = (percents.length === 0 ? [25, 50, 100] : percents).map((percent) =>
    Math.ceil((total * percent) / 100),
  );
  const ends: number[] = [];
  for (const end of [canary, ...shares, total].map((one) => Math.min(one, total))) {
    if (end > (ends.at(-1) ?? 0)) ends.push(end);
  }
  const known = ends.length === steps;
  return Array.from({ length: steps }, (_, place) => ({ number: place + 1, hosts: known ? ends[place] : undefined }));
}
