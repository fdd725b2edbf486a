import { type Duration, durationMs } from "@bufbuild/protobuf/wkt";
import type { LoadChaos, LoadProfile, LoadRole } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import type { Population } from "./population.ts";

/** Resident memory of a process of a load that fills none: nearly all of it is shared with the others. */
const bareBytes = 1.7 * 2 ** 20;
const minuteMs = 60_000;

/**
 * The processes that a load runs on a host. What an agent draws by a seed stands here with what is to be
 * expected of it; names of their own are spelt as agents spell them.
 */
export function populationOfLoad(profile: LoadProfile, processes: number): Population[] {
  const count = Math.min(processes || profile.defaultProcesses, profile.maxProcesses);
  const shortCount = Math.round(count * profile.shortLivedRatio);
  const longCount = count - shortCount;
  const anchors = profile.anchors.slice(0, longCount);
  const lifeMs = [msOf(profile.shortestLife), msOf(profile.longestLife)] as const;
  const atOnce = profile.spawnsPerSecond > 0 ? (profile.spawnsPerSecond * (lifeMs[0] + lifeMs[1])) / 2_000 : shortCount;

  const shares = [
    ...anchors.map((role) => ({ role, processes: 1, short: false })),
    ...spread(profile.others, longCount - anchors.length).map((share) => ({ ...share, short: false })),
    ...spread(profile.shortLived, atOnce).map((share) => ({ ...share, short: true })),
  ];
  const weights = shares.reduce((sum, { role, processes: some }) => sum + some * role.cpuWeight, 0);
  const populations = shares.map(({ role, processes: some, short }) => ({
    name: role.name,
    processes: some,
    cpuRatio: weights > 0 ? (profile.cpuRatio * role.cpuWeight) / weights : 0,
    rssBytes: bareBytes + Number(role.memoryBytes),
    ...(short ? { lifeMs } : {}),
  }));
  const named = profile.uniqueNames ? nameApart(populations, anchors.length) : populations;
  return [...named, ...spikesOf(profile.chaos)].filter((population) => population.processes > 0);
}

function spread(roles: readonly LoadRole[], count: number): { role: LoadRole; processes: number }[] {
  const weights = roles.reduce((sum, { weight }) => sum + (weight || 1), 0);
  return roles.map((role) => ({ role, processes: weights > 0 ? (count * (role.weight || 1)) / weights : 0 }));
}

/** Each long-lived process after the anchors gets a name of its own; how many bear each beginning is what is expected. */
function nameApart(populations: readonly Population[], anchors: number): Population[] {
  const drawn = populations.slice(anchors).filter(({ lifeMs }) => lifeMs === undefined);
  let index = anchors;
  let owed = 0;
  const apart = drawn.flatMap((population) => {
    owed += population.processes;
    const names: Population[] = [];
    for (; owed >= 0.5; owed--) names.push({ ...population, processes: 1, name: ownName(population.name, index++) });
    return names;
  });
  return [...populations.slice(0, anchors), ...apart, ...populations.filter(({ lifeMs }) => lifeMs !== undefined)];
}

function ownName(name: string, index: number): string {
  return `${name.slice(0, 9)}-${index.toString(36).padStart(3, "0")}`;
}

/** Spikes are processes too. Of each kind one goes on at a time, so some are left out (Erlang's loss formula, one server). */
function spikesOf(chaos: LoadChaos | undefined): Population[] {
  if (chaos === undefined) return [];
  const durationOfOneMs = msOf(chaos.spikeDuration);
  const spike = (name: string, perMinute: number, cpuRatio: number, bytes: number): Population => {
    const offered = (perMinute * durationOfOneMs) / minuteMs;
    const lifeMs = [durationOfOneMs, durationOfOneMs] as const;
    return { name, processes: offered / (1 + offered), cpuRatio, rssBytes: bareBytes + bytes, lifeMs };
  };
  return [
    spike("cpu-spike", chaos.cpuSpikesPerMinute, chaos.cpuSpikeRatio, 0),
    spike("memory-spike", chaos.memorySpikesPerMinute, 0, Number(chaos.memorySpikeBytes)),
  ];
}

function msOf(duration: Duration | undefined): number {
  return duration === undefined ? 0 : durationMs(duration);
}
