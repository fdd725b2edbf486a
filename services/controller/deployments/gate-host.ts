import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { type HostView, isHere, isOurs } from "./host-view.ts";
import type { GateHost } from "./judge-gates.ts";
import type { DeploymentSettings } from "./settings.ts";

/** States of a collector that is not well. */
const unwell: ReadonlySet<CollectorState> = new Set([
  CollectorState.UNHEALTHY,
  CollectorState.BACKING_OFF,
  CollectorState.CRASH_LOOP,
  CollectorState.STOPPED,
]);

/**
 * What the gates see of a host; null for one that was not told the version it is
 * to run. `settled` says that agents had time to come back since this server
 * started: a server that was away must not take its fleet for lost.
 */
export function gateHostOf(
  host: HostView,
  { now, settled }: { now: Date; settled: boolean },
  settings: DeploymentSettings,
): GateHost | null {
  const { hostName, phase, toldTime, wantedVersion, toldVersion } = host;
  if (phase === "waiting" || toldTime === null || wantedVersion === 0 || toldVersion !== wantedVersion) return null;
  const toldAgoMs = now.getTime() - toldTime.getTime();
  const lostAfterMs = toldAgoMs - (host.silentMs ?? 0);
  const disconnected = host.hostState === "lost" && settled && lostAfterMs <= settings.disconnectedWithinMs;
  const runsOther = host.collector?.configDigest !== host.wantedDigest;
  return {
    hostName,
    failed: phase === "failed",
    disconnected,
    wrongDigest: isHere(host) && isOurs(host) && runsOther && toldAgoMs >= settings.wrongDigestAfterMs,
    unhealthy: isUnhealthy(host, now, settings),
    retentionRatio: retentionOf(host, now, settings),
  };
}

/** True when the collector of a host that applied the version is not well, or ended by itself since. */
function isUnhealthy(host: HostView, now: Date, { statusGraceMs }: DeploymentSettings): boolean {
  const { collector, appliedTime } = host;
  // What somebody else had it run is not this version's fault.
  if (host.phase !== "applied" || appliedTime === null || !isHere(host) || !isOurs(host)) return false;
  if (collector !== null && collector.configDigest === host.wantedDigest) {
    return unwell.has(collector.state) || collector.restarts > 0;
  }
  // It went back by itself, or runs none, unless its word is only on the way.
  return now.getTime() - appliedTime.getTime() >= statusGraceMs;
}

/** Retention of a host since it applied the version; null where there is no figure of that time. */
function retentionOf({ figures, appliedTime, phase }: HostView, now: Date, settings: DeploymentSettings) {
  if (figures === null || appliedTime === null || phase !== "applied") return null;
  const appliedAgoMs = now.getTime() - appliedTime.getTime();
  const own = appliedAgoMs - figures.agoMs >= settings.figuresAfterMs;
  return own && figures.agoMs <= settings.figuresFreshMs ? figures.retentionRatio : null;
}
