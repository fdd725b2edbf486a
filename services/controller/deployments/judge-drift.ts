import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { DeploymentState } from "./deployment-record.ts";
import { type Drift, type HostView, isHere, isOurs } from "./host-view.ts";
import type { DeploymentSettings } from "./settings.ts";

/** How a host stands, and why in one sentence. */
export interface DriftJudgement {
  drift: Drift;
  detail: string;
}

/** What of a deployment matters for its hosts. */
export interface DriftCircumstances {
  state: DeploymentState;
  step: number;
  now: Date;
}

const words: Partial<Record<CollectorState, string>> = {
  [CollectorState.UNHEALTHY]: "fails its health check",
  [CollectorState.BACKING_OFF]: "ended by itself and waits to be started again",
  [CollectorState.CRASH_LOOP]: "ended too often and is not started again",
  [CollectorState.STOPPED]: "is stopped",
};

/** Judges how a host stands towards the version it is to run. */
export function judgeDrift(
  host: HostView,
  circumstances: DriftCircumstances,
  settings: DeploymentSettings,
): DriftJudgement {
  if (host.phase === "waiting") return { drift: "pending", detail: whyPending(host, circumstances) };
  if (!isHere(host)) return judgeAway(host, settings);
  if (!isOurs(host)) return { drift: "overridden", detail: whyOverridden(host) };
  if (host.phase === "told") return { drift: "applying", detail: "It was told and works on it." };
  if (host.phase === "failed") return { drift: "failed", detail: host.message };
  return judgeApplied(host, circumstances, settings);
}

function judgeAway(host: HostView, { staleAfterMs }: DeploymentSettings): DriftJudgement {
  // For a moment what it said last still holds; a server that restarts must not call its fleet stale.
  if (host.silentMs !== null && host.silentMs < staleAfterMs && host.drift !== "pending") {
    return { drift: host.drift, detail: host.driftDetail };
  }
  const since = host.seenTime === null ? "It was never heard" : `It was heard last at ${host.seenTime.toISOString()}`;
  return { drift: "stale", detail: `${since}; what is shown may be old.` };
}

function whyPending(host: HostView, { state, step }: DriftCircumstances): string {
  if (!isHere(host)) return "It is away, and is told when it is back.";
  if (host.draining) return "It is draining and takes no new work.";
  if (state === "paused") return "The roll-out is paused.";
  if (state === "stopped") return "A gate stopped the roll-out.";
  return host.step > step && step > 0 ? `It is told in step ${host.step}.` : "It is about to be told.";
}

function whyOverridden({ active, wantedVersion }: HostView): string {
  if (active === null) return "Nothing is to run on it any more: a promotion there was rolled back.";
  const digest = active.configDigest.slice(0, 12);
  if (active.experimentId !== null) return `The experiment ${active.experimentId} promoted ${digest} on it.`;
  return wantedVersion === 0
    ? `It is to run ${digest}, which it did not run before.`
    : `It is to run ${digest}, which this deployment did not tell it.`;
}

function judgeApplied(host: HostView, { now }: DriftCircumstances, settings: DeploymentSettings): DriftJudgement {
  const { collector, wantedDigest, appliedTime } = host;
  if (host.wantedVersion === 0) return { drift: "in_sync", detail: "It runs what it ran before the deployment." };
  if (collector === null || collector.configDigest !== wantedDigest) {
    const appliedAgoMs = appliedTime === null ? 0 : now.getTime() - appliedTime.getTime();
    // The agent saw it healthy before it said so; its word about the collector is on the way.
    if (appliedAgoMs < settings.statusGraceMs) return { drift: "in_sync", detail: "It said that it runs it." };
    if (collector === null) return { drift: "failed", detail: "No collector runs on it." };
    const said = collector.lastError === "" ? "" : `: ${collector.lastError}`;
    const digest = collector.configDigest.slice(0, 12);
    return { drift: "failed", detail: `It went back to ${digest} by itself${said}` };
  }
  if (collector.edited)
    return { drift: "edited", detail: "The configuration on its disk was changed by somebody else." };
  const trouble = words[collector.state];
  if (trouble !== undefined) {
    const said = collector.lastError === "" ? "." : `: ${collector.lastError}`;
    return { drift: "failed", detail: `Its collector ${trouble}${said}` };
  }
  if (collector.state === CollectorState.STARTING) return { drift: "applying", detail: "Its collector is starting." };
  return { drift: "in_sync", detail: "" };
}
