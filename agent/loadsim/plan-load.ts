import type { LoadChaos, LoadProfile, LoadRole } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { checkDefinition } from "./check-definition.ts";
import { limitPlan } from "./limit-plan.ts";
import type { LoadLimits } from "./load-limits.ts";
import type { ChaosPlan, ChurnPlan, LimitedPlan, LoadPlan, LoadRequest } from "./load-plan.ts";
import { durationMsOf } from "./message-values.ts";
import { createRandom } from "./seeded-random.ts";

/**
 * Plans a simulation; the same request makes the same plan. Pure. What is more
 * than the host's limits allow is made smaller, in words.
 * @throws PhoenixError INVALID_FIELD for a definition that no agent would run.
 */
export function planLoad(request: LoadRequest, limits: LoadLimits): LimitedPlan {
  const { definition } = request;
  checkDefinition(definition);
  if (!Number.isInteger(request.processes) || request.processes < 0) {
    throw phoenixError(
      ErrorReason.INVALID_FIELD,
      `A load simulation cannot have ${request.processes} processes. Give a whole number, or 0 for the profile's own.`,
      { metadata: { field: "processes" } },
    );
  }
  const random = createRandom(BigInt(request.seed));
  const wanted = request.processes || definition.defaultProcesses;
  const count = Math.min(wanted, definition.maxProcesses, limits.processes);
  const reductions =
    wanted > count ? [`${count} processes instead of ${wanted}, the most that this profile or a host runs`] : [];
  const { shortLived, spawnsPerSecond } = definition;
  const shortCount = Math.round(count * definition.shortLivedRatio);
  const longCount = count - shortCount;
  const roles = definition.anchors.slice(0, longCount);
  while (roles.length < longCount) roles.push(draw(definition.others, random));
  const atRate = spawnsPerSecond > 0;
  if (!atRate) for (let n = 0; n < shortCount; n++) roles.push(draw(shortLived, random));

  // Shares vary from run to run of another seed, but their sum is the profile's.
  const weights = roles.map(({ cpuWeight }) => cpuWeight * (0.5 + random()));
  const lifeMs: [number, number] = [durationMsOf(definition.shortestLife), durationMsOf(definition.longestLife)];
  const churnWeight = atRate ? ((spawnsPerSecond * (lifeMs[0] + lifeMs[1])) / 2_000) * meanCpuWeight(shortLived) : 0;
  const sum = weights.reduce((total, weight) => total + weight, churnWeight);
  const share = (weight: number): number => (sum > 0 ? (definition.cpuRatio * weight) / sum : 0);

  const plan: LoadPlan = {
    processes: roles.map((role, index) => {
      const shortOne = index >= longCount;
      const unique = definition.uniqueNames && !shortOne && index >= definition.anchors.length;
      return {
        name: unique ? uniqueName(role.name, index) : role.name,
        shortLived: shortOne,
        cpuRatio: share(weights[index]!),
        memoryBytes: Number(role.memoryBytes),
        ...(unique ? { argument: `--instance=${index}-${Math.floor(random() * 2 ** 32).toString(16)}` } : {}),
      };
    }),
    shortLifetimeMs: lifeMs,
    seed: Math.floor(random() * 2 ** 32),
    ...(atRate ? { churn: churnOf(definition, share, lifeMs[1]) } : {}),
    ...(definition.chaos === undefined ? {} : { chaos: chaosOf(definition.chaos) }),
  };
  const limited = limitPlan(plan, limits);
  return { plan: limited.plan, reductions: [...reductions, ...limited.reductions] };
}

function churnOf(
  { spawnsPerSecond, shortLived }: LoadProfile,
  share: (weight: number) => number,
  longestMs: number,
): ChurnPlan {
  return {
    spawnsPerSecond,
    choices: shortLived.map((role) => ({
      weight: role.weight || 1,
      process: {
        name: role.name,
        shortLived: true,
        cpuRatio: share(role.cpuWeight),
        memoryBytes: Number(role.memoryBytes),
      },
    })),
    // A few more than there can be by the rate alone, for those that take long to end.
    mostAlive: Math.ceil((spawnsPerSecond * longestMs) / 1_000) + 10,
  };
}

function chaosOf(chaos: LoadChaos): ChaosPlan {
  return {
    killsPerMinute: chaos.killsPerMinute,
    cpuSpikesPerMinute: chaos.cpuSpikesPerMinute,
    cpuSpikeRatio: chaos.cpuSpikeRatio,
    memorySpikesPerMinute: chaos.memorySpikesPerMinute,
    memorySpikeBytes: Number(chaos.memorySpikeBytes),
    spikeDurationMs: durationMsOf(chaos.spikeDuration),
    stressNg: chaos.stressNg,
  };
}

/** The role's name, cut so that a number of its own fits into the 14 bytes that nobody cuts. */
function uniqueName(name: string, index: number): string {
  return `${name.slice(0, 9)}-${index.toString(36).padStart(3, "0")}`;
}

function meanCpuWeight(roles: readonly LoadRole[]): number {
  const sum = roles.reduce((total, role) => total + (role.weight || 1), 0);
  return sum === 0 ? 0 : roles.reduce((total, role) => total + (role.weight || 1) * role.cpuWeight, 0) / sum;
}

function draw(roles: readonly LoadRole[], random: () => number): LoadRole {
  let left = random() * roles.reduce((total, { weight }) => total + (weight || 1), 0);
  for (const candidate of roles) {
    left -= candidate.weight || 1;
    if (left < 0) return candidate;
  }
  return roles.at(-1)!;
}
