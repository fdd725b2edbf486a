import type { Evidence } from "../summaries/index.ts";
import type { CandidateVerdict, MeasuredArm, MeasuredWindow } from "../verdict/index.ts";
import type { JudgeTask } from "./judge-candidates.ts";

/** The windows of an arm that were watched whole, by host and start. */
function watchedWindows(arms: readonly MeasuredArm[], variant: string): Map<string, Map<number, MeasuredWindow>> {
  const byHost = new Map<string, Map<number, MeasuredWindow>>();
  for (const arm of arms.filter((one) => one.variant === variant)) {
    const windows = byHost.get(arm.hostId) ?? new Map<number, MeasuredWindow>();
    for (const window of arm.windows) if (window.complete) windows.set(window.startMs, window);
    byHost.set(arm.hostId, windows);
  }
  return byHost;
}

/** The digest an arm ran where it was the same in all of its windows; empty otherwise. */
function onlyDigest(byHost: Map<string, Map<number, MeasuredWindow>>): string {
  const digests = new Set<string>();
  for (const windows of byHost.values()) for (const window of windows.values()) digests.add(window.configDigest);
  const [digest = ""] = digests;
  return digests.size === 1 ? digest : "";
}

/** What the verdict on a candidate was asked about and stands on, for those who ask later. */
export function gatherEvidence(
  task: JudgeTask,
  variant: string,
  arms: readonly MeasuredArm[],
  verdict: CandidateVerdict,
): Evidence {
  const { baselineVariant, configDigests } = task;
  const asked = new Set(task.hostIds);
  const counting = asked.size === 0 ? arms : arms.filter(({ hostId }) => asked.has(hostId));
  const baseline = watchedWindows(counting, baselineVariant);
  const candidate = watchedWindows(counting, variant);
  const watchedHostIds: string[] = [];
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const [hostId, windows] of baseline) {
    const others = candidate.get(hostId);
    const starts = [...windows.keys()].filter((startMs) => others?.has(startMs));
    if (starts.length > 0) watchedHostIds.push(hostId);
    for (const startMs of starts) {
      first = Math.min(first, startMs);
      last = Math.max(last, startMs);
    }
  }
  return {
    baselineVariant,
    mustKeep: [...task.mustKeep],
    hostIds: [...asked].sort(),
    watchedHostIds: watchedHostIds.sort(),
    baselineDigest: configDigests[baselineVariant] || onlyDigest(baseline),
    candidateDigest: configDigests[variant] || onlyDigest(candidate),
    firstWindowMs: Number.isFinite(first) ? first : null,
    lastWindowMs: Number.isFinite(last) ? last : null,
    retentionHolds: verdict.retention.holds,
  };
}
