import { createHash } from "node:crypto";

/** How a version is spread over steps. */
export interface StepRule {
  /** Hosts of the first step; 0 takes one, or none where there is one host. */
  canaryHosts: number;
  /** Share of the hosts after each further step, in per cent, rising. */
  stepPercents: readonly number[];
}

/** A host to be put into a step. */
export interface StepHost {
  hostId: string;
  /** It can be told now. A canary that is away would hold everyone up. */
  ready: boolean;
}

/** The steps of a roll-out. */
export interface StepPlan {
  /** Number of steps; 0 without hosts. */
  steps: number;
  /** Each host, in the order in which it is told, with its step from 1. */
  order: readonly { hostId: string; step: number }[];
}

/**
 * Spreads hosts over steps: the canary, then the shares, the last of which is
 * everyone. Hosts that are ready go first; among them the order is that of a hash
 * with the deployment's id, so it looks random and comes out the same whoever asks.
 */
export function planSteps(deploymentId: string, hosts: readonly StepHost[], rule: StepRule): StepPlan {
  const places = hosts.map(({ hostId, ready }) => ({ hostId, ready, place: placeOf(deploymentId, hostId) }));
  places.sort((a, b) => Number(b.ready) - Number(a.ready) || (a.place < b.place ? -1 : 1));
  const ends = stepEnds(hosts.length, rule);
  let step = 1;
  const order = places.map(({ hostId }, index) => {
    while (index >= ends[step - 1]!) step += 1;
    return { hostId, step };
  });
  return { steps: ends.length, order };
}

/** Hosts told by the end of each step, rising, the last of them all. */
function stepEnds(count: number, { canaryHosts, stepPercents }: StepRule): number[] {
  const canary = canaryHosts === 0 ? (count > 1 ? 1 : 0) : canaryHosts;
  const wanted = [canary, ...stepPercents.map((percent) => Math.ceil((count * percent) / 100)), count];
  const ends: number[] = [];
  for (const end of wanted.map((one) => Math.min(one, count))) if (end > (ends.at(-1) ?? 0)) ends.push(end);
  return ends;
}

function placeOf(deploymentId: string, hostId: string): string {
  return createHash("sha256").update(`${deploymentId}/${hostId}`).digest("hex");
}
