import { randomBytes } from "node:crypto";
import type { ServiceImpl } from "@connectrpc/connect";
import {
  ExperimentEventType,
  ExperimentPhase,
  type ExperimentSpec,
} from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { appendEvent, phaseOf } from "../events/index.ts";
import {
  calibrationMsOf,
  checkSpec,
  deadlineInputOf,
  deadlineOf,
  type ExperimentRecord,
  getExperiment,
  insertExperiment,
  isOver,
  listExperiments,
  lockExperiment,
  maxDurationMsOf,
  type PreparedStart,
  phases,
  planWarnings,
  prepareStart,
  updateExperiment,
} from "../experiments/index.ts";
import { answerOnce } from "./answer-once.ts";
import { answerPrepared } from "./answer-prepared.ts";
import { etagOf, experimentMessage, readExperimentMessage } from "./experiment-message.ts";
import type { ExperimentServiceOptions } from "./experiment-service.ts";
import { withoutRoles } from "./load-message.ts";
import { cutPage, numberOfPageToken, pageSizeOf, pageTokenFor } from "./page-token.ts";

const methods = ExperimentService.method;

type RecordCalls = Pick<
  ServiceImpl<typeof ExperimentService>,
  "createExperiment" | "getExperiment" | "listExperiments" | "updateExperiment" | "deleteExperiment"
>;

/** The calls that write experiments down, read, change and delete them. */
export function createRecordCalls(options: ExperimentServiceOptions): RecordCalls {
  const { db, settings, clock, callerOf } = options;
  const check = async (spec: ExperimentSpec): Promise<string> => {
    checkSpec(spec);
    return reasonOf(spec, await prepareStart(options, spec, false));
  };

  return {
    async createExperiment(request, context) {
      const spec = request.spec!;
      const createTime = clock();
      const deadline = deadlineInputOf({ calibrateTime: null, measureTime: null, plan: null, spec }, createTime);
      const fields = {
        name: request.name,
        spec,
        phaseDeadline: deadlineOf("pending", deadline, settings)!,
        createTime,
      };
      if (request.validateOnly) {
        const record = { ...unwritten, ...fields, phaseReason: await check(spec) };
        return { experiment: experimentMessage(record, createTime) };
      }
      return answerPrepared(
        db,
        methods.createExperiment,
        request,
        () => check(spec),
        async (tx, phaseReason) => {
          const experimentId = newExperimentId();
          await insertExperiment(tx, { ...fields, experimentId, phaseReason });
          await appendEvent(tx, experimentId, {
            type: ExperimentEventType.CREATED,
            actor: callerOf(context),
            message: `The experiment "${request.name}" was written down. ${phaseReason}`,
            phase: "pending",
          });
          return { experiment: experimentMessage(await getExperiment(tx, experimentId), createTime) };
        },
      );
    },

    async getExperiment({ experimentId }) {
      return { experiment: await readExperimentMessage(db, await getExperiment(db, experimentId), clock()) };
    },

    async listExperiments(request) {
      const pageSize = pageSizeOf(request.pageSize);
      const wanted = phases.filter((phase) => request.phases.includes(phaseOf(phase)));
      if (request.phases.includes(ExperimentPhase.UNSPECIFIED)) {
        throw invalid("phases", "A phase of the list is unspecified. Name phases, or none to have all.");
      }
      // A token goes with its filter: behind another one it would skip experiments.
      const list = `experiments/${wanted.join()}`;
      const before = numberOfPageToken(list, request.pageToken);
      const { page, last } = cutPage(await listExperiments(db, { phases: wanted, before }, pageSize + 1), pageSize);
      return {
        experiments: page.map((record) =>
          experimentMessage(
            {
              ...record,
              spec: inList(record.spec),
              plan: withoutOffsets(record.plan),
              verdicts: record.verdicts.map(light),
            },
            clock(),
          ),
        ),
        nextPageToken: last === undefined ? "" : pageTokenFor(list, last.ordinal.toString()),
      };
    },

    async updateExperiment(request) {
      const paths = new Set(request.updateMask?.paths ?? []);
      checkMask(paths);
      const { name, spec } = request;
      if (paths.has("name") && name === "") throw invalid("name", "The new name is empty. Give one.");
      if (paths.has("spec") && spec === undefined) throw invalid("spec", "The mask has spec, the request has none.");
      return answerPrepared(
        db,
        methods.updateExperiment,
        request,
        async () => {
          checkChange(await getExperiment(db, request.experimentId), request.etag);
          return paths.has("spec") ? check(spec!) : undefined;
        },
        async (tx, phaseReason) => {
          checkChange(await lockExperiment(tx, request.experimentId), request.etag);
          const record = await updateExperiment(tx, request.experimentId, {
            ...(paths.has("name") ? { name } : {}),
            ...(phaseReason === undefined ? {} : { spec: spec!, phaseReason }),
          });
          return { experiment: await readExperimentMessage(tx, record, clock()) };
        },
      );
    },

    async deleteExperiment(request) {
      return answerOnce(db, methods.deleteExperiment, request, async (tx) => {
        const record = await lockExperiment(tx, request.experimentId);
        checkEtag(record, request.etag);
        checkDeletion(record);
        await updateExperiment(tx, record.experimentId, { deleteTime: clock() });
        return {};
      });
    },
  };
}

/** What an experiment is that was only checked. */
const unwritten: Omit<ExperimentRecord, "name" | "spec" | "phaseReason" | "phaseDeadline" | "createTime"> = {
  experimentId: "",
  ordinal: 0n,
  phase: "pending",
  outcome: null,
  rollout: null,
  holdUntil: null,
  promotedVariant: null,
  promotedDigest: null,
  promoteTime: null,
  holdBackUntil: null,
  plan: null,
  arms: {},
  verdicts: [],
  analyzedBlocks: 0,
  analysisFailures: 0,
  analysisRetryAt: null,
  startTime: null,
  calibrateTime: null,
  measureTime: null,
  endTime: null,
  revision: 0n,
  lastEventSequence: 0n,
};

function newExperimentId(): string {
  return `exp-${BigInt(`0x${randomBytes(8).toString("hex")}`)
    .toString(36)
    .padStart(13, "0")}`;
}

function reasonOf(spec: ExperimentSpec, { plan, hosts }: PreparedStart): string {
  const circumstances = { maxDurationMs: maxDurationMsOf(spec), calibrationMs: calibrationMsOf(spec) };
  const warnings = planWarnings(plan, { hosts: hosts.length, ...circumstances });
  return ["Not started yet.", ...warnings.map((warning) => `Warning: ${warning}.`)].join(" ");
}

/** A list says what was concluded, not on which effects. */
function light(verdict: ExperimentRecord["verdicts"][number]): ExperimentRecord["verdicts"][number] {
  return { ...verdict, effects: [] };
}

function inList(spec: ExperimentSpec): ExperimentSpec {
  if (spec.load?.custom === undefined) return spec;
  return { ...spec, load: { ...spec.load, custom: withoutRoles(spec.load.custom) } };
}

/** Offsets are many, a few for each host, and a list is no place for them. */
function withoutOffsets(plan: ExperimentRecord["plan"]): ExperimentRecord["plan"] {
  if (plan?.calibration === undefined) return plan;
  return { ...plan, calibration: { ...plan.calibration, offsets: [] } };
}

function checkMask(paths: ReadonlySet<string>): void {
  const foreign = [...paths].find((path) => path !== "name" && path !== "spec");
  if (foreign === undefined && paths.size > 0) return;
  const what = foreign === undefined ? "nothing" : JSON.stringify(foreign);
  throw invalid("update_mask", `The mask names ${what}; of an experiment "name" and "spec" can be changed.`);
}

function checkChange(record: ExperimentRecord, etag: string): void {
  checkEtag(record, etag);
  if (record.phase === "pending") return;
  throw phoenixError(
    ErrorReason.ILLEGAL_TRANSITION,
    `The experiment ${record.experimentId} was started and cannot be changed any more. Create another one.`,
    { metadata: { experimentId: record.experimentId } },
  );
}

function checkDeletion(record: ExperimentRecord): void {
  const { experimentId, phase, holdUntil, holdBackUntil, rollout } = record;
  let advice: string | null = null;
  if (phase !== "pending" && !isOver(phase)) advice = "is under way. Cancel it first";
  else if (holdUntil !== null) advice = "waits for a decision and its arms run. Promote it, or stop it first";
  else if (rollout !== null) advice = "has not reached every host with its promotion or rollback. Wait for that first";
  else if (holdBackUntil !== null)
    advice = "holds hosts back from its promotion. Wait for the end of that, or roll it back";
  if (advice === null) return;
  throw phoenixError(ErrorReason.ILLEGAL_TRANSITION, `The experiment ${experimentId} ${advice}.`, {
    metadata: { experimentId },
  });
}

function checkEtag(record: ExperimentRecord, etag: string): void {
  if (etag === "" || etag === etagOf(record)) return;
  throw phoenixError(
    ErrorReason.ETAG_MISMATCH,
    `The experiment ${record.experimentId} changed since it was read. Read it again, then repeat the change.`,
    { metadata: { experimentId: record.experimentId, etag: etagOf(record) } },
  );
}

function invalid(field: string, message: string) {
  return phoenixError(ErrorReason.INVALID_FIELD, message, { metadata: { field } });
}
