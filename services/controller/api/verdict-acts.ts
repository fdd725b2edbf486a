import { durationMs } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { ErrorReason, isPhoenixError } from "@phoenix/platform/errors";
import {
  beginPromotion,
  type PromotionRequest,
  preparePromotion,
  recordRefusal,
  rollBack,
} from "../promotion/index.ts";
import { answerOnce } from "./answer-once.ts";
import { answerPrepared } from "./answer-prepared.ts";
import { readExperimentMessage } from "./experiment-message.ts";
import type { ExperimentServiceOptions } from "./experiment-service.ts";

const methods = ExperimentService.method;

type VerdictCalls = Pick<ServiceImpl<typeof ExperimentService>, "promoteExperiment" | "rollbackExperiment">;

/** Reasons for which a promotion is refused by its rules, and which belong on the record. */
const refusals: ReadonlySet<ErrorReason> = new Set([
  ErrorReason.VERDICT_FORBIDS_PROMOTION,
  ErrorReason.ILLEGAL_TRANSITION,
  ErrorReason.CONFIG_QUARANTINED,
]);

/** The calls that act on a verdict. */
export function createVerdictCalls(options: ExperimentServiceOptions): VerdictCalls {
  const { db, settings, clock, callerOf } = options;
  return {
    async promoteExperiment(request, context) {
      const { experimentId, variant, force, holdBackHosts, holdBackDuration } = request;
      const asked: PromotionRequest = {
        ...{ experimentId, variant, force, holdBackHosts },
        holdBackMs: holdBackDuration === undefined ? undefined : durationMs(holdBackDuration),
        userReason: request.reason,
        actor: callerOf(context),
        now: clock(),
      };
      try {
        return await answerPrepared(
          db,
          methods.promoteExperiment,
          request,
          () => preparePromotion(options, asked),
          async (tx, prepared) => {
            const record = await beginPromotion(tx, asked, prepared);
            return { experiment: await readExperimentMessage(tx, record, clock()) };
          },
        );
      } catch (error) {
        // After the transaction, which the refusal rolled back.
        if (isPhoenixError(error) && refusals.has(error.reason)) await recordRefusal(db, asked, error);
        throw error;
      }
    },

    async rollbackExperiment(request, context) {
      const { experimentId, reason } = request;
      return answerOnce(db, methods.rollbackExperiment, request, async (tx) => {
        const actor = callerOf(context);
        const record = await rollBack(tx, { experimentId, userReason: reason, actor, now: clock(), settings });
        return { experiment: await readExperimentMessage(tx, record, clock()) };
      });
    },
  };
}
