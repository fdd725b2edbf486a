/** When a step has failed; each is a share of the hosts told so far. */
export interface GateLimits {
  maximumFailedRatio: number;
  maximumDisconnectedRatio: number;
  maximumWrongDigestRatio: number;
  maximumUnhealthyRatio: number;
  minimumRetentionRatio: number;
}

/** A host that was told the version, as the gates see it. */
export interface GateHost {
  hostName: string;
  /** It refused the version. */
  failed: boolean;
  /** It was lost within five minutes after it was told, and is still away. */
  disconnected: boolean;
  /** Ten minutes after it was told it runs something else. */
  wrongDigest: boolean;
  /** It applied the version, and its collector is not healthy now or ended by itself since. */
  unhealthy: boolean;
  /** Share of must-keep processes reported since it applied; null where that is not known. */
  retentionRatio: number | null;
}

/** A gate that failed. */
export interface GateFailure {
  gate: "failed" | "disconnected" | "wrong digest" | "unhealthy" | "retention";
  /** What it found: a share of the hosts told, or the retention. */
  ratio: number;
  limit: number;
  /** The sentence people read. */
  words: string;
}

/** Shares that are equal on paper may differ by this after a sum. */
const roundingError = 1e-9;

/** Gates that count hosts, the plainest evidence first. */
const counted = [
  { gate: "failed", limit: "maximumFailedRatio", found: "failed", words: "refused it" },
  { gate: "unhealthy", limit: "maximumUnhealthyRatio", found: "unhealthy", words: "are not healthy with it" },
  { gate: "disconnected", limit: "maximumDisconnectedRatio", found: "disconnected", words: "were lost after it" },
  { gate: "wrong digest", limit: "maximumWrongDigestRatio", found: "wrongDigest", words: "run something else" },
] as const;

/**
 * Judges the hosts told so far; null while every gate holds. Hosts that have not
 * answered count as told, so a share can only be less than it will come to be,
 * and a gate that fails early would have failed in the end.
 */
export function judgeGates(told: readonly GateHost[], limits: GateLimits): GateFailure | null {
  if (told.length === 0) return null;
  for (const { gate, limit, found, words } of counted) {
    const bad = told.filter((host) => host[found]);
    const ratio = bad.length / told.length;
    if (ratio <= limits[limit]) continue;
    const share = `${bad.length} of ${told.length} hosts told`;
    const sentence = `${share} ${words} (${percent(ratio)}, allowed ${percent(limits[limit])}): ${namesOf(bad)}.`;
    return { gate, ratio, limit: limits[limit], words: sentence };
  }
  return judgeRetention(told, limits.minimumRetentionRatio);
}

function judgeRetention(told: readonly GateHost[], limit: number): GateFailure | null {
  const known = told.filter((host) => host.retentionRatio !== null);
  if (known.length === 0) return null;
  const ratio = known.reduce((sum, host) => sum + host.retentionRatio!, 0) / known.length;
  if (ratio > limit - roundingError) return null;
  const lossy = known.filter((host) => host.retentionRatio! < limit);
  const words = `${percent(ratio)} of the must-keep processes are reported (at least ${percent(limit)} wanted); less on ${namesOf(lossy)}.`;
  return { gate: "retention", ratio, limit, words };
}

function percent(ratio: number): string {
  return `${Number((ratio * 100).toFixed(1))} %`;
}

function namesOf(hosts: readonly GateHost[]): string {
  const names = hosts.slice(0, 3).map((host) => host.hostName);
  const more = hosts.length > names.length ? ` and ${hosts.length - names.length} more` : "";
  return `${names.join(", ")}${more}`;
}
