import type { CollectorStatus } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { HostState } from "../fleet/index.ts";

/** How far a host is with the version it is to run. */
export type HostPhase = "waiting" | "told" | "applied" | "failed";

/** How a host stands towards the version it is to run; the contract's DriftState says what each means. */
export type Drift = "in_sync" | "pending" | "applying" | "failed" | "stale" | "edited" | "overridden";

/** What a host ran before the deployment; null for nothing. */
export type PipelineBefore = { pipeline: string; configDigest: string; experimentId: string | null } | null;

/** What the collector of a host brings in and sends out. */
export interface CollectorFiguresView {
  measuredTime: Date;
  /** Time since they were measured. */
  agoMs: number;
  /** Data points its receivers brought in per second; null when unknown. */
  inputPointsPerSecond: number | null;
  outputPointsPerSecond: number;
  /** Distinct series sent in a scrape interval. */
  activeSeries: number;
  /** Share of must-keep processes that were reported; null where none ran. */
  retentionRatio: number | null;
}

/** What is stored of a host of a deployment. */
export interface DeploymentHostRecord {
  hostId: string;
  /** Step in which it is told, from 1. */
  step: number;
  /** The version it is to run; 0 for what it ran before the deployment. */
  wantedVersion: number;
  phase: HostPhase;
  /** The version its newest task is for; null when it was told nothing yet. */
  toldVersion: number | null;
  /** The version it said last that it applied; 0 for none. */
  appliedVersion: number;
  taskId: string | null;
  /** Tries begun; each task has a number of its own. */
  try: number;
  toldTime: Date | null;
  appliedTime: Date | null;
  /** Its refusal, in its own words. */
  message: string;
  /** False while its newest refusal has no event. */
  announced: boolean;
  before: PipelineBefore;
  drift: Drift;
  driftDetail: string;
  driftTime: Date;
  /** Repairs since it was in sync, and when the newest was. */
  repairs: number;
  repairTime: Date | null;
}

/** A host of a deployment with what is known of it now. */
export interface HostView extends DeploymentHostRecord {
  hostName: string;
  hostState: HostState;
  draining: boolean;
  /** Time since it was heard; null when it never was. */
  silentMs: number | null;
  seenTime: Date | null;
  /** The selector still means it. */
  selected: boolean;
  /** Digest of the wanted version; empty for what it ran before. */
  wantedDigest: string;
  /** Digest of the version it was told last; empty for none. */
  toldDigest: string;
  /** Its collector outside experiments, as it said last; null for none. */
  collector: CollectorStatus | null;
  /** What it is to run outside experiments, whoever said so. */
  active: { configDigest: string; experimentId: string | null } | null;
  figures: CollectorFiguresView | null;
}

/** True when its agent is connected. */
export function isHere(host: Pick<HostView, "hostState">): boolean {
  return host.hostState === "online";
}

/** True when it can be told something now. */
export function isReady(host: Pick<HostView, "hostState" | "draining">): boolean {
  return isHere(host) && !host.draining;
}

/** True when nobody else had it run something since this deployment told it. */
export function isStillTold({ active, toldDigest }: HostView): boolean {
  return active !== null && active.experimentId === null && active.configDigest === toldDigest;
}

/** True when what it is to run outside experiments is what this deployment told it last. */
export function isOurs({ active, wantedDigest, before, wantedVersion, toldVersion }: HostView): boolean {
  if (wantedVersion === 0) {
    // It was told nothing, so what it runs is what it ran before.
    if (toldVersion === null) return true;
    const { configDigest = null, experimentId = null } = before ?? {};
    return (active?.configDigest ?? null) === configDigest && (active?.experimentId ?? null) === experimentId;
  }
  return active !== null && active.experimentId === null && active.configDigest === wantedDigest;
}
