import { randomBytes } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import {
  DeploymentEventType,
  RolloutGatesSchema,
  RolloutStrategySchema,
} from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import {
  type CreateDeploymentRequest,
  DeploymentService,
  type UpdateDeploymentRequest,
} from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { HostSelectorSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { isUniqueViolation, type Queryable, type Tx } from "@phoenix/platform/database";
import { Code, ErrorReason, phoenixError } from "@phoenix/platform/errors";
import {
  announceRollout,
  appendDeploymentEvents,
  beginRollout,
  type Cause,
  chooseMembers,
  conflict,
  type DeploymentRecord,
  findDeployment,
  getDeployment,
  getVersion,
  insertDeployment,
  insertHosts,
  insertVersion,
  lockDeployment,
  planSteps,
  refuseQuarantined,
  renderVersion,
  stepRuleOf,
  updateDeployment,
  type VersionContent,
  type VersionRecord,
  wakeDeployments,
} from "../deployments/index.ts";
import { listHostComponents } from "../fleet/index.ts";
import { answerPrepared } from "./answer-prepared.ts";
import { checkDeploymentEtag, checkNotDeleting, checkStrategy, invalidField } from "./deployment-checks.ts";
import { deploymentMessage, driftCounts, readDeploymentMessage } from "./deployment-message.ts";
import type { DeploymentServiceOptions } from "./deployment-service.ts";

const methods = DeploymentService.method;

type ChangeCalls = Pick<ServiceImpl<typeof DeploymentService>, "createDeployment" | "updateDeployment">;

/** The calls that say what is wanted where. */
export function createDeploymentChanges(options: DeploymentServiceOptions): ChangeCalls {
  const { db, settings, clock, callerOf } = options;

  const prepareNew = async (request: CreateDeploymentRequest): Promise<VersionContent> => {
    if (request.pipeline === undefined) throw invalidField("pipeline", "No pipeline is named. Name one to deploy.");
    checkStrategy(request.strategy);
    if ((await findDeployment(db, request.name))?.name === request.name) throw nameTaken(request.name);
    const hosts = await listHostComponents(db, selectorOf(request));
    const content = await renderVersion(options, request.pipeline, request.mustKeep, hosts);
    await chooseMembers(db, selectorOf(request), "");
    await refuseQuarantined(db, content.configDigest);
    return content;
  };

  return {
    async createDeployment(request, context) {
      const cause: Cause = { actor: callerOf(context), userReason: request.reason, now: clock() };
      if (request.validateOnly) {
        return { deployment: await describeUnwritten(db, request, await prepareNew(request), cause) };
      }
      return answerPrepared(
        db,
        methods.createDeployment,
        request,
        () => prepareNew(request),
        async (tx, content) => {
          const record = await createRecord(tx, request, content, cause);
          return { deployment: await readDeploymentMessage(tx, record, settings) };
        },
      );
    },

    async updateDeployment(request, context) {
      const paths = checkMask(request);
      const cause: Cause = { actor: callerOf(context), userReason: request.reason, now: clock() };
      return answerPrepared(
        db,
        methods.updateDeployment,
        request,
        async () => {
          const record = await getDeployment(db, request.deploymentId);
          checkChange(record, request.etag);
          if (paths.has("selector")) await chooseMembers(db, selectorOf(request), record.deploymentId);
          if (!paths.has("pipeline") && !paths.has("must_keep")) return null;
          return prepareChange(options, record, request, paths);
        },
        async (tx, prepared) => {
          let record = await lockDeployment(tx, request.deploymentId);
          checkChange(record, request.etag);
          if (prepared !== null && prepared.base !== record.wantedVersion) throw changedMeanwhile(record);
          record = await changeRecord(tx, record, request, paths, cause);
          if (prepared !== null) {
            await refuseQuarantined(tx, prepared.content.configDigest);
            const previousVersion = await soundBase(tx, record);
            const { actor, userReason: reason, now: createTime } = cause;
            const version = { ...prepared.content, previousVersion, createTime, actor, reason };
            record = await beginRollout(tx, record, version, cause);
          }
          await wakeDeployments(tx, record.deploymentId);
          return { deployment: await readDeploymentMessage(tx, record, settings) };
        },
      );
    },
  };
}

async function createRecord(
  tx: Tx,
  request: CreateDeploymentRequest,
  content: VersionContent,
  cause: Cause,
): Promise<DeploymentRecord> {
  const record = recordOf(request, `dep-${newId()}`, cause.now);
  const { deploymentId } = record;
  await refuseQuarantined(tx, content.configDigest);
  const members = await chooseMembers(tx, record.selector, deploymentId);
  try {
    await insertDeployment(tx, record);
  } catch (error) {
    if (isUniqueViolation(error, "deployments_name")) throw nameTaken(record.name);
    throw error;
  }
  const { actor, userReason: reason, now } = cause;
  const version = { ...content, previousVersion: null, createTime: now, actor, reason };
  const number = await insertVersion(tx, deploymentId, version);
  const { steps, order } = planSteps(deploymentId, members, stepRuleOf(record.strategy));
  const joined = await insertHosts(tx, deploymentId, order, { wantedVersion: number, phase: "waiting", now });
  // Another deployment took one in the same moment.
  if (joined.length < order.length) {
    const lost = order.find((one) => !joined.includes(one.hostId));
    throw conflict([{ hostName: lost?.hostId ?? "", deployment: "that was made in the same moment" }]);
  }
  const firstHosts = order.filter((one) => one.step === 1).length;
  return announceRollout(tx, record, { version, number, steps, firstHosts }, cause);
}

function recordOf(request: CreateDeploymentRequest, deploymentId: string, now: Date): DeploymentRecord {
  return {
    deploymentId,
    name: request.name,
    selector: selectorOf(request),
    strategy: request.strategy ?? create(RolloutStrategySchema),
    gates: request.gates ?? create(RolloutGatesSchema),
    repairDrift: request.repairDrift,
    wantedVersion: 1,
    targetVersion: 1,
    state: "rolling_out",
    stateReason: "Version 1 is being rolled out.",
    step: 0,
    steps: 0,
    settledTime: null,
    createTime: now,
    updateTime: now,
    revision: 1n,
    lastEventSequence: 0n,
  };
}

/** What a deployment would be that was only checked. */
async function describeUnwritten(
  q: Queryable,
  request: CreateDeploymentRequest,
  content: VersionContent,
  cause: Cause,
) {
  const members = await chooseMembers(q, selectorOf(request), "");
  const record = recordOf(request, "", cause.now);
  const { steps } = planSteps("", members, stepRuleOf(record.strategy));
  const { actor, userReason: reason, now: createTime } = cause;
  const wanted: VersionRecord = {
    ...content,
    version: 1,
    previousVersion: null,
    createTime,
    actor,
    reason,
    outcome: "",
    quarantined: false,
  };
  const message = deploymentMessage({ ...record, steps, stateReason: "Checked; nothing was changed." }, wanted);
  message.counts = driftCounts({ pending: members.length });
  return message;
}

async function prepareChange(
  options: DeploymentServiceOptions,
  record: DeploymentRecord,
  request: UpdateDeploymentRequest,
  paths: ReadonlySet<string>,
): Promise<{ base: number; content: VersionContent } | null> {
  const { deploymentId, wantedVersion: base } = record;
  const wanted = (await getVersion(options.db, deploymentId, base))!;
  if (paths.has("pipeline") && request.pipeline === undefined) {
    throw invalidField("pipeline", "The mask has pipeline, the request has none.");
  }
  const running = { name: wanted.pipeline, version: wanted.pipelineVersion, variables: wanted.variables };
  const pipeline = paths.has("pipeline")
    ? request.pipeline!
    : { $typeName: "phoenix.pipelines.v1.PipelineReference" as const, ...running };
  const mustKeep = paths.has("must_keep") ? request.mustKeep : wanted.mustKeep;
  const hosts = await listHostComponents(options.db, paths.has("selector") ? selectorOf(request) : record.selector);
  const content = await renderVersion(options, pipeline, mustKeep, hosts);
  // The same again is no new version, unless it was taken back meanwhile.
  if (record.targetVersion === base && isSame(content, wanted)) return null;
  await refuseQuarantined(options.db, content.configDigest);
  return { base, content };
}

function isSame(content: VersionContent, wanted: VersionRecord): boolean {
  return (
    content.configDigest === wanted.configDigest &&
    content.pipelineVersion === wanted.pipelineVersion &&
    content.mustKeep.join("\n") === wanted.mustKeep.join("\n")
  );
}

/** The version a rollback of the next one brings back: the newest that was given to every host. */
async function soundBase(tx: Tx, record: DeploymentRecord): Promise<number | null> {
  const { deploymentId, state, targetVersion, wantedVersion } = record;
  if (targetVersion === 0) return null;
  if (state === "rolled_out" || state === "rolled_back" || state === "rolling_back") return wantedVersion;
  return (await getVersion(tx, deploymentId, wantedVersion))!.previousVersion;
}

async function changeRecord(
  tx: Tx,
  record: DeploymentRecord,
  request: UpdateDeploymentRequest,
  paths: ReadonlySet<string>,
  { actor, userReason, now }: Cause,
): Promise<DeploymentRecord> {
  const { deploymentId, wantedVersion: version } = record;
  if (paths.has("selector")) {
    // Also refuses hosts that another deployment took meanwhile.
    await chooseMembers(tx, selectorOf(request), deploymentId);
    const type = DeploymentEventType.HOSTS_CHANGED;
    const message = "The selector was changed; hosts come and go with it.";
    await appendDeploymentEvents(tx, deploymentId, [{ type, actor, message, version, userReason }]);
  }
  const patch = {
    ...(paths.has("selector") ? { selector: selectorOf(request) } : {}),
    ...(paths.has("strategy") ? { strategy: request.strategy ?? create(RolloutStrategySchema) } : {}),
    ...(paths.has("gates") ? { gates: request.gates ?? create(RolloutGatesSchema) } : {}),
    ...(paths.has("repair_drift") ? { repairDrift: request.repairDrift } : {}),
  };
  return Object.keys(patch).length === 0 ? record : updateDeployment(tx, deploymentId, patch, now);
}

const changeable = ["pipeline", "selector", "strategy", "gates", "must_keep", "repair_drift"];

function checkMask(request: UpdateDeploymentRequest): ReadonlySet<string> {
  const paths = new Set(request.updateMask?.paths ?? []);
  const foreign = [...paths].find((path) => !changeable.includes(path));
  if (foreign !== undefined || paths.size === 0) {
    const what = foreign === undefined ? "nothing" : JSON.stringify(foreign);
    throw invalidField(
      "update_mask",
      `The mask names ${what}; of a deployment ${changeable.join(", ")} can be changed.`,
    );
  }
  if (paths.has("strategy")) checkStrategy(request.strategy);
  return paths;
}

function checkChange(record: DeploymentRecord, etag: string): void {
  checkDeploymentEtag(record, etag);
  checkNotDeleting(record);
}

function selectorOf({ selector }: Pick<CreateDeploymentRequest, "selector">) {
  return selector ?? create(HostSelectorSchema);
}

function nameTaken(name: string) {
  return phoenixError(
    ErrorReason.INVALID_FIELD,
    `There is a deployment called ${JSON.stringify(name)} already. Update that one, or choose another name.`,
    { code: Code.AlreadyExists, metadata: { field: "name" } },
  );
}

function changedMeanwhile({ deploymentId, name }: DeploymentRecord) {
  return phoenixError(
    ErrorReason.ETAG_MISMATCH,
    `The deployment ${name} was given another version while this one was prepared. Read it again, then repeat the change.`,
    { metadata: { deploymentId } },
  );
}

function newId(): string {
  return BigInt(`0x${randomBytes(8).toString("hex")}`)
    .toString(36)
    .padStart(13, "0");
}
