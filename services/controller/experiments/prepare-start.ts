import type { Client } from "@connectrpc/connect";
import type { HostComponents } from "@phoenix/gen/phoenix/agent/v1/components_pb.ts";
import type { AnalysisPlan } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { type Arm, type ExperimentSpec, ExportMode } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { LoadProfile } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import { type PipelineService, RenderPurpose } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import { fromConnectError } from "@phoenix/platform/errors";
import { listHostComponents } from "../fleet/index.ts";
import { resolveProfile } from "../load-simulations/index.ts";
import { chooseHosts } from "./choose-hosts.ts";
import type { RenderedArm } from "./experiment-record.ts";
import { makePlan } from "./plan.ts";
import { baselineVariant, calibrationMsOf, exportsForReal, profileOf } from "./spec.ts";

/** Everything a start needs from elsewhere, collected before its transaction. */
export interface PreparedStart {
  plan: AnalysisPlan;
  /** By variant. */
  arms: Record<string, RenderedArm>;
  /** The hosts, and by variant the digest each is to run. */
  hosts: { hostId: string; hostName: string; digests: Record<string, string> }[];
  /** What candidates run in the A/A period: the baseline, exporting as they will. Null without a period. */
  standInDigest: string | null;
  /** The load's profile: one's own, or the one of its name as it is now; null for an experiment without load. */
  loadProfile: LoadProfile | null;
}

/** What is checked when an arm is rendered: by the collector, and for hosts of which it is known what theirs contain. */
type RenderChecks = { validate: boolean; hosts?: HostComponents[] };

/** What rendering needs. */
export interface RenderDeps {
  pipelines: Client<typeof PipelineService>;
}

/**
 * Chooses the hosts, fixes the plan and renders every arm for every purpose
 * that a host needs. Writes nothing, so it can be done again.
 * @throws PhoenixError HOST_NOT_FOUND, HOST_DRAINING, COMPONENT_MISSING, LOAD_PROFILE_NOT_FOUND, and what the pipelines service refuses with.
 */
export async function prepareStart(
  deps: RenderDeps & { db: Queryable },
  spec: ExperimentSpec,
  validate: boolean,
): Promise<PreparedStart> {
  const chosen = await chooseHosts(deps.db, spec.hosts);
  const components = await listHostComponents(deps.db, { hosts: chosen.map(({ hostId }) => hostId), labels: {} });
  const how = { validate, hosts: components };
  const asked = {
    profile: profileOf(spec),
    scopeAccepted: spec.scopeAccepted,
    minimumReductionRatio: spec.minimumReductionRatio,
    overheadMarginRatio: spec.overheadMarginRatio,
    estimator: spec.estimator,
  };
  const { windowSeconds } = makePlan(asked);
  const hosts = chosen.map(({ hostId, hostName }) => ({ hostId, hostName, digests: {} as Record<string, string> }));
  const arms: Record<string, RenderedArm> = {};
  for (const arm of spec.arms) {
    const forReal = chosen.map((host) => exportsForReal(spec.exportMode, arm.variant, host.active !== null));
    const rendered = await renderForHosts(deps, spec, arm, windowSeconds, forReal, how);
    arms[arm.variant] = rendered.arm;
    for (const [index, host] of hosts.entries()) {
      host.digests[arm.variant] = forReal[index] === true ? rendered.exportDigest : rendered.shadowDigest;
    }
  }
  // The least of the arms', so that no arm is allowed more than its own haste explains.
  const haste = Math.min(
    ...Object.values(arms).map(
      ({ productionIntervalSeconds, intervalSeconds }) => productionIntervalSeconds / intervalSeconds,
    ),
  );
  const standInDigest = calibrationMsOf(spec) > 0 ? await renderStandIn(deps, spec, arms, how) : null;
  const { load } = spec;
  const loadProfile = load === undefined ? null : (load.custom ?? (await resolveProfile(deps, load.profile)));
  return { plan: makePlan({ ...asked, haste }), arms, hosts, standInDigest, loadProfile };
}

/** Exporting as a candidate does, so that what this alone costs is among the offsets and not taken for an effect. */
async function renderStandIn(
  deps: RenderDeps,
  spec: ExperimentSpec,
  arms: Readonly<Record<string, RenderedArm>>,
  how: RenderChecks,
): Promise<string> {
  const baseline = spec.arms.find(({ variant }) => variant === baselineVariant)!;
  const { version } = arms[baselineVariant]!;
  const purpose = spec.exportMode === ExportMode.BOTH ? RenderPurpose.EXPORT : RenderPurpose.SHADOW;
  return (await renderArm(deps, spec, baseline, { ...how, purpose, version })).configDigest;
}

async function renderForHosts(
  deps: RenderDeps,
  spec: ExperimentSpec,
  arm: Arm,
  windowSeconds: number,
  forReal: readonly boolean[],
  how: RenderChecks,
) {
  const shadows = forReal.filter((real) => !real).length;
  const common = shadows * 2 >= forReal.length ? RenderPurpose.SHADOW : RenderPurpose.EXPORT;
  const first = await renderArm(deps, spec, arm, { ...how, purpose: common });
  let [shadowDigest, exportDigest] = [first.configDigest, first.configDigest];
  if (shadows > 0 && shadows < forReal.length) {
    const other = common === RenderPurpose.SHADOW ? RenderPurpose.EXPORT : RenderPurpose.SHADOW;
    const second = await renderArm(deps, spec, arm, { ...how, purpose: other });
    if (other === RenderPurpose.SHADOW) shadowDigest = second.configDigest;
    else exportDigest = second.configDigest;
  }
  const rendered: RenderedArm = {
    pipeline: arm.pipeline?.name ?? "",
    version: first.version,
    digest: first.configDigest,
    uniform: shadowDigest === exportDigest,
    intervalSeconds: Math.min(windowSeconds, first.intervalSeconds),
    productionIntervalSeconds: first.intervalSeconds,
  };
  return { arm: rendered, shadowDigest, exportDigest };
}

/** Renders an arm for a purpose. @throws PhoenixError as the pipelines service refuses, SERVICE_UNAVAILABLE when it is away. */
export async function renderArm(
  deps: RenderDeps,
  spec: ExperimentSpec,
  arm: Arm,
  how: RenderChecks & { purpose: RenderPurpose; version?: number },
) {
  const { version, ...rest } = how;
  const pipeline = { ...arm.pipeline!, version: version ?? arm.pipeline!.version };
  try {
    return await deps.pipelines.renderPipeline({ pipeline, mustKeep: spec.mustKeep, ...rest });
  } catch (error) {
    throw fromConnectError(error);
  }
}
