import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type Deployment,
  type DeploymentHost,
  DeploymentHostSchema,
  DeploymentSchema,
  DeploymentState,
  type DeploymentVersion,
  DeploymentVersionSchema,
  type DriftCounts,
  DriftCountsSchema,
  DriftState,
} from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import {
  addFigures,
  countDrift,
  type DeploymentRecord,
  type DeploymentSettings,
  type Drift,
  getVersions,
  type HostView,
  readDeploymentFigures,
  type DeploymentState as StoredState,
  type VersionRecord,
} from "../deployments/index.ts";

const states = {
  rolling_out: DeploymentState.ROLLING_OUT,
  paused: DeploymentState.PAUSED,
  rolled_out: DeploymentState.ROLLED_OUT,
  rolling_back: DeploymentState.ROLLING_BACK,
  rolled_back: DeploymentState.ROLLED_BACK,
  stopped: DeploymentState.STOPPED,
  deleting: DeploymentState.DELETING,
} as const satisfies Record<StoredState, DeploymentState>;

const drifts = {
  in_sync: DriftState.IN_SYNC,
  pending: DriftState.PENDING,
  applying: DriftState.APPLYING,
  failed: DriftState.FAILED,
  stale: DriftState.STALE,
  edited: DriftState.EDITED,
  overridden: DriftState.OVERRIDDEN,
} as const satisfies Record<Drift, DriftState>;

/** The stored name of a drift state; undefined for one this version does not know. */
export function storedDrift(drift: DriftState): Drift | undefined {
  return (Object.keys(drifts) as Drift[]).find((name) => drifts[name] === drift);
}

/** The etag of a deployment; another one after every change. */
export function deploymentEtag({ revision }: Pick<DeploymentRecord, "revision">): string {
  return `r${revision}`;
}

/** Deployments as users see them, with how their hosts stand now. */
export async function readDeploymentMessages(
  q: Queryable,
  records: readonly DeploymentRecord[],
  settings: DeploymentSettings,
): Promise<Deployment[]> {
  const ids = records.map((record) => record.deploymentId);
  const counts = await countDrift(q, ids);
  const figures = await readDeploymentFigures(q, ids, settings.figuresFreshMs);
  const messages: Deployment[] = [];
  for (const record of records) {
    const { deploymentId, wantedVersion } = record;
    const wanted = (await getVersions(q, deploymentId, [wantedVersion])).get(wantedVersion)!;
    const before = wanted.previousVersion;
    const previous = before === null ? undefined : (await getVersions(q, deploymentId, [before])).get(before);
    const message = deploymentMessage(record, wanted, previous);
    message.counts = driftCounts(counts.get(deploymentId) ?? {});
    const own = figures.get(deploymentId);
    if (own !== undefined) message.figures = own;
    messages.push(message);
  }
  return messages;
}

/** One deployment as users see it; see {@link readDeploymentMessages}. */
export async function readDeploymentMessage(
  q: Queryable,
  record: DeploymentRecord,
  settings: DeploymentSettings,
): Promise<Deployment> {
  return (await readDeploymentMessages(q, [record], settings))[0]!;
}

/** A deployment without how its hosts stand. */
export function deploymentMessage(
  record: DeploymentRecord,
  wanted: VersionRecord,
  previous?: VersionRecord,
): Deployment {
  return create(DeploymentSchema, {
    deploymentId: record.deploymentId,
    name: record.name,
    selector: record.selector,
    wanted: versionMessage(wanted),
    ...(previous === undefined ? {} : { previous: versionMessage(previous) }),
    state: states[record.state],
    stateReason: record.stateReason,
    strategy: record.strategy,
    gates: record.gates,
    mustKeep: wanted.mustKeep,
    step: record.step,
    steps: record.steps,
    etag: deploymentEtag(record),
    createTime: timestampFromDate(record.createTime),
    updateTime: timestampFromDate(record.updateTime),
    repairDrift: record.repairDrift,
  });
}

/** Hosts by how they stand. */
export function driftCounts(counts: Partial<Record<Drift, number>>): DriftCounts {
  return create(DriftCountsSchema, {
    total: Object.values(counts).reduce((sum, count) => sum + count, 0),
    inSync: counts.in_sync ?? 0,
    pending: counts.pending ?? 0,
    applying: counts.applying ?? 0,
    failed: counts.failed ?? 0,
    stale: counts.stale ?? 0,
    edited: counts.edited ?? 0,
    overridden: counts.overridden ?? 0,
  });
}

/** A version as users see it. */
export function versionMessage(version: VersionRecord): DeploymentVersion {
  return create(DeploymentVersionSchema, {
    version: version.version,
    pipeline: { name: version.pipeline, version: version.pipelineVersion, variables: version.variables },
    configDigest: version.configDigest,
    createTime: timestampFromDate(version.createTime),
    actor: version.actor,
    reason: version.reason,
    outcome: version.outcome,
    quarantined: version.quarantined,
  });
}

/** A host of a deployment as users see it; the intervals are those of the versions. */
export function deploymentHostMessage(
  host: HostView,
  versions: ReadonlyMap<number, VersionRecord>,
  settings: DeploymentSettings,
): DeploymentHost {
  const { collector, figures, seenTime } = host;
  const fresh = figures !== null && figures.agoMs <= settings.figuresFreshMs;
  const intervalSeconds = versions.get(host.appliedVersion)?.intervalSeconds ?? 0;
  const own = fresh ? addFigures([{ ...figures, intervalSeconds }]) : null;
  return create(DeploymentHostSchema, {
    hostId: host.hostId,
    hostName: host.hostName,
    step: host.step,
    wantedVersion: host.wantedVersion,
    wantedDigest: host.wantedDigest,
    runningDigest: collector?.configDigest ?? "",
    drift: drifts[host.drift],
    detail: host.driftDetail,
    sinceTime: timestampFromDate(host.driftTime),
    ...(collector === null ? {} : { collectorState: collector.state }),
    ...(seenTime === null ? {} : { seenTime: timestampFromDate(seenTime) }),
    ...(own === null ? {} : { figures: own }),
  });
}
