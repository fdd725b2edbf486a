import type { LoadProfile, LoadRole } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import { ErrorReason, type PhoenixError, phoenixError } from "@phoenix/platform/errors";
import { durationMsOf } from "./message-values.ts";

// A name becomes the name of a file, so nothing of a path may be in it.
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,13}$/;

/** Refuses what cannot be run at all; what is only too much is made smaller elsewhere. @throws PhoenixError INVALID_FIELD. */
export function checkDefinition(definition: LoadProfile): void {
  const { anchors, others, shortLived, shortLivedRatio, spawnsPerSecond, chaos } = definition;
  const refuse = (why: string) => refusal(definition.name, why);
  for (const { name } of [...anchors, ...others, ...shortLived]) {
    if (!namePattern.test(name)) {
      throw refuse(`names a process ${JSON.stringify(name)}; names are 1 to 14 letters, digits, ".", "_" or "-"`);
    }
  }
  const amounts: [what: string, amount: number, most: number][] = [
    ["short_lived_ratio", shortLivedRatio, 1],
    ["cpu_ratio", definition.cpuRatio, Number.MAX_VALUE],
    ["spawns_per_second", spawnsPerSecond, Number.MAX_VALUE],
    ["kills_per_minute", chaos?.killsPerMinute ?? 0, 600],
    ["cpu_spikes_per_minute", chaos?.cpuSpikesPerMinute ?? 0, 60],
    ["cpu_spike_ratio", chaos?.cpuSpikeRatio ?? 0, Number.MAX_VALUE],
    ["memory_spikes_per_minute", chaos?.memorySpikesPerMinute ?? 0, 60],
  ];
  const wrong = amounts.find(([, amount, most]) => !(amount >= 0 && amount <= most));
  if (wrong !== undefined) throw refuse(`has ${wrong[1]} for ${wrong[0]}, which cannot be`);
  if (definition.defaultProcesses < 1 || definition.maxProcesses < 1) throw refuse("runs no processes");
  const [shortestMs, longestMs] = [durationMsOf(definition.shortestLife), durationMsOf(definition.longestLife)];
  if (shortestMs < 0 || longestMs < shortestMs) throw refuse("has lives that end before they begin");
  const comeAndGo = shortLivedRatio > 0 || spawnsPerSecond > 0;
  if (comeAndGo && (shortLived.length === 0 || longestMs === 0)) {
    throw refuse("has processes that come and go, but no names or no length of life for them");
  }
  const longLived = definition.maxProcesses - Math.round(definition.maxProcesses * shortLivedRatio);
  if (longLived > anchors.length && empty(others)) throw refuse("does not say which processes come after the anchors");
}

function empty(roles: readonly LoadRole[]): boolean {
  return roles.length === 0;
}

function refusal(name: string, why: string): PhoenixError {
  return phoenixError(
    ErrorReason.INVALID_FIELD,
    `The load profile ${JSON.stringify(name)} ${why}. Correct the profile and start the load again.`,
    { metadata: { field: "definition" } },
  );
}
