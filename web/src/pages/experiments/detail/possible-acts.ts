import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import {
  type Experiment,
  ExperimentOutcome,
  ExperimentPhase,
} from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";

/** What can be done with an experiment. */
export type Act = "start" | "stop" | "cancel" | "promote" | "force" | "keep" | "rollback" | "delete";

const { PENDING, INITIALIZING, RUNNING, ANALYZING, COMPLETED } = ExperimentPhase;

/** What can be done with an experiment as it stands; the server has the last word. */
export function possibleActs({ phase, outcome, verdicts, promotedVariant, promoteTime }: Experiment): Act[] {
  switch (phase) {
    case PENDING:
      return ["start", "cancel", "delete"];
    case INITIALIZING:
    case ANALYZING:
      return ["cancel"];
    case RUNNING:
      return ["stop", "cancel"];
    case COMPLETED: {
      if (promotedVariant !== "" || outcome === ExperimentOutcome.PROMOTED) return ["rollback"];
      if (outcome === ExperimentOutcome.UNSPECIFIED && promoteTime === undefined) {
        const good = verdicts.some(({ decision }) => decision === Decision.PROMOTE);
        return good ? ["promote", "keep"] : ["force", "keep"];
      }
      return ["delete"];
    }
    default:
      return ["delete"];
  }
}
