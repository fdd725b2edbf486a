import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { findLoadProfile, type LoadRole, listLoadProfiles } from "./load-profile.ts";
import { createRandom } from "./seeded-random.ts";

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
}

/** All processes of a simulation. Plain data: it travels between processes. */
export interface LoadPlan {
  readonly processes: readonly LoadProcessPlan[];
  /** How long a short-lived process lives: from, to. */
  readonly shortLifetimeMs: readonly [number, number];
  /** Seed of what is left to chance while it runs. */
  readonly seed: number;
}

/** What to plan. */
export interface LoadRequest {
  /** Name of a profile. */
  readonly profile: string;
  /** Processes at a time; 0 takes the profile's own number, more than its most are cut to that. */
  readonly processes: number;
  /** Seed of the random choices. */
  readonly seed: number | bigint;
}

/** Plans a simulation; the same request makes the same plan. Pure. Throws PhoenixError INVALID_FIELD for an unknown profile. */
export function planLoad(request: LoadRequest): LoadPlan {
  const profile = findLoadProfile(request.profile);
  if (profile === undefined) {
    const known = listLoadProfiles().map(({ name }) => name);
    throw phoenixError(
      ErrorReason.INVALID_FIELD,
      `There is no load profile ${JSON.stringify(request.profile)} on this agent. Choose one of: ${known.join(", ")}.`,
      { metadata: { field: "profile" } },
    );
  }
  if (!Number.isInteger(request.processes) || request.processes < 0) {
    throw phoenixError(
      ErrorReason.INVALID_FIELD,
      `A load simulation cannot have ${request.processes} processes. Give a whole number, or 0 for the profile's own.`,
      { metadata: { field: "processes" } },
    );
  }
  const random = createRandom(BigInt(request.seed));
  const count = Math.min(request.processes || profile.defaultProcesses, profile.maxProcesses);
  const shortCount = Math.round(count * profile.shortLivedRatio);
  const longCount = count - shortCount;
  const roles = profile.anchors.slice(0, longCount);
  while (roles.length < longCount) roles.push(draw(profile.others, random));
  for (let n = 0; n < shortCount; n++) roles.push(draw(profile.shortLived, random));

  // Shares vary from run to run of another seed, but their sum is the profile's.
  const weights = roles.map(({ cpuWeight }) => cpuWeight * (0.5 + random()));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return {
    processes: roles.map(({ name, memoryBytes }, index) => ({
      name,
      shortLived: index >= longCount,
      cpuRatio: sum > 0 ? (profile.cpuRatio * weights[index]!) / sum : 0,
      memoryBytes,
    })),
    shortLifetimeMs: profile.shortLifetimeMs,
    seed: Math.floor(random() * 2 ** 32),
  };
}

function draw(roles: readonly LoadRole[], random: () => number): LoadRole {
  let left = random() * roles.reduce((total, { weight }) => total + weight, 0);
  for (const candidate of roles) {
    left -= candidate.weight;
    if (left < 0) return candidate;
  }
  return roles.at(-1)!;
}
