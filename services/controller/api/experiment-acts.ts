import type { ServiceImpl } from "@connectrpc/connect";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import type { Database, Tx } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { phaseOf } from "../events/index.ts";
import {
  decideOverride,
  type ExperimentRecord,
  getExperiment,
  keepHosts,
  lockExperiment,
  movePhase,
  type PhaseEvent,
  type PreparedStart,
  phases,
  prepareStart,
  startExperiment,
  wakeReconcilers,
} from "../experiments/index.ts";
import { answerOnce } from "./answer-once.ts";
import { answerPrepared } from "./answer-prepared.ts";
import { readExperimentMessage } from "./experiment-message.ts";
import type { ExperimentServiceOptions } from "./experiment-service.ts";

const methods = ExperimentService.method;

type ActCalls = Pick<
  ServiceImpl<typeof ExperimentService>,
  "startExperiment" | "stopExperiment" | "cancelExperiment" | "updateExperimentPhase"
>;

/** An experiment as it was when its start was prepared. */
interface Prepared {
  revision: bigint;
  /** Null for an experiment that was started before. */
  start: PreparedStart | null;
}

/** The calls that move the phase of an experiment. */
export function createActCalls(options: ExperimentServiceOptions): ActCalls {
  const { db, settings, clock, callerOf } = options;
  const answer = async (tx: Tx, record: ExperimentRecord) => ({
    experiment: await readExperimentMessage(tx, record, clock()),
  });

  return {
    async startExperiment(request, context) {
      return answerPrepared(
        db,
        methods.startExperiment,
        request,
        () => prepare(options, request.experimentId),
        async (tx, prepared) => {
          const move = { actor: callerOf(context), now: clock(), settings };
          return answer(tx, await startPrepared(tx, request.experimentId, prepared, move));
        },
      );
    },

    async stopExperiment(request, context) {
      return answerOnce(db, methods.stopExperiment, request, async (tx) => {
        const record = await lockExperiment(tx, request.experimentId);
        const actor = callerOf(context);
        const how = { actor, userReason: request.reason, now: clock() };
        await wakeReconcilers(tx);
        if (record.phase === "completed" && record.rollout === null) {
          const reason = "It was stopped without a promotion.";
          // With an outcome nothing waits any more: stopping again changes nothing.
          return answer(tx, record.holdUntil === null ? record : await keepHosts(tx, record, { ...how, reason }));
        }
        const reason = `${actor} stopped it; the verdict is made of what was measured.`;
        return answer(tx, await movePhase(tx, record, { ...how, event: "stop", reason, settings }));
      });
    },

    async cancelExperiment(request, context) {
      return answerOnce(db, methods.cancelExperiment, request, async (tx) => {
        const record = await lockExperiment(tx, request.experimentId);
        const actor = callerOf(context);
        const why = request.reason === "" ? "" : `: ${request.reason}`;
        const reason = `${actor} called it off${why}.`;
        const move = { event: "cancel" as const, actor, reason, userReason: request.reason, now: clock(), settings };
        return answer(tx, await movePhase(tx, record, move));
      });
    },

    async updateExperimentPhase(request, context) {
      const { experimentId } = request;
      const wanted = phases.find((phase) => phaseOf(phase) === request.phase)!;
      return answerPrepared(
        db,
        methods.updateExperimentPhase,
        request,
        async () => (wanted === "initializing" ? prepare(options, experimentId) : null),
        async (tx, prepared) => {
          const record = await lockExperiment(tx, experimentId);
          const event = overrideOf(record, wanted);
          const actor = callerOf(context);
          const userReason = request.reason;
          const move = { actor, userReason, now: clock(), settings, overridden: true };
          await wakeReconcilers(tx);
          if (event === "start" && prepared !== null) {
            return answer(tx, await startPrepared(tx, experimentId, prepared, move));
          }
          const reason = `${actor} moved it by hand: ${userReason}`;
          return answer(tx, await movePhase(tx, record, { ...move, event, reason }));
        },
      );
    },
  };
}

async function prepare(options: ExperimentServiceOptions & { db: Database }, experimentId: string): Promise<Prepared> {
  const { phase, revision, spec } = await getExperiment(options.db, experimentId);
  // Its own refusal comes from the table; there is nothing to prepare for it.
  return { revision, start: phase === "pending" ? await prepareStart(options, spec, true) : null };
}

async function startPrepared(
  tx: Tx,
  experimentId: string,
  { revision, start }: Prepared,
  move: Parameters<typeof startExperiment>[3],
): Promise<ExperimentRecord> {
  const record = await lockExperiment(tx, experimentId);
  if (record.phase === "pending" && record.revision !== revision) {
    throw phoenixError(
      ErrorReason.ETAG_MISMATCH,
      `The experiment ${experimentId} was changed while it was being started. Start it again.`,
      { metadata: { experimentId } },
    );
  }
  return startExperiment(tx, record, start, move);
}

function overrideOf(record: ExperimentRecord, wanted: (typeof phases)[number]): PhaseEvent {
  const decided = decideOverride(record.phase, wanted);
  if ("event" in decided) return decided.event;
  throw phoenixError(
    ErrorReason.ILLEGAL_TRANSITION,
    `The experiment ${record.experimentId} cannot be moved from ${record.phase.toUpperCase()} to ${wanted.toUpperCase()}: ${decided.refusal}.`,
    { metadata: { experimentId: record.experimentId, phase: record.phase.toUpperCase() } },
  );
}
