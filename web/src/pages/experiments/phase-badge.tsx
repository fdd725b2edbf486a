import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import {
  type Experiment,
  ExperimentOutcome,
  ExperimentPhase,
} from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { StatusBadge, type Tone } from "../../components/status-badge.tsx";

const phases: Record<ExperimentPhase, [Tone, string]> = {
  [ExperimentPhase.UNSPECIFIED]: ["idle", "unknown"],
  [ExperimentPhase.PENDING]: ["idle", "Pending"],
  [ExperimentPhase.INITIALIZING]: ["busy", "Initializing"],
  [ExperimentPhase.RUNNING]: ["busy", "Running"],
  [ExperimentPhase.ANALYZING]: ["busy", "Analyzing"],
  [ExperimentPhase.COMPLETED]: ["good", "Completed"],
  [ExperimentPhase.FAILED]: ["bad", "Failed"],
  [ExperimentPhase.CANCELLED]: ["idle", "Cancelled"],
};

const decisions: Record<Decision, [Tone, string]> = {
  [Decision.UNSPECIFIED]: ["idle", "No verdict"],
  [Decision.CONTINUE]: ["busy", "Measuring"],
  [Decision.PROMOTE]: ["good", "PROMOTE"],
  [Decision.REJECT]: ["bad", "REJECT"],
  [Decision.INCONCLUSIVE]: ["warn", "INCONCLUSIVE"],
  [Decision.UNHEALTHY]: ["warn", "UNHEALTHY"],
};

const outcomes: Record<ExperimentOutcome, [Tone, string] | undefined> = {
  [ExperimentOutcome.UNSPECIFIED]: undefined,
  [ExperimentOutcome.PROMOTED]: ["good", "Promoted"],
  [ExperimentOutcome.ROLLED_BACK]: ["warn", "Rolled back"],
  [ExperimentOutcome.KEPT]: ["idle", "Kept as it was"],
};

/** The phase as a word. */
export function phaseWord(phase: ExperimentPhase): string {
  return (phases[phase] ?? phases[ExperimentPhase.UNSPECIFIED])[1];
}

/** Where an experiment stands. */
export function PhaseBadge({ phase }: { phase: ExperimentPhase }) {
  const [tone, word] = phases[phase] ?? phases[ExperimentPhase.UNSPECIFIED];
  return <StatusBadge tone={tone}>{word}</StatusBadge>;
}

/** What the evidence says. */
export function DecisionBadge({ decision }: { decision: Decision }) {
  const [tone, word] = decisions[decision] ?? decisions[Decision.UNSPECIFIED];
  return <StatusBadge tone={tone}>{word}</StatusBadge>;
}

/** What was done with the verdict; nothing where nothing was. */
export function OutcomeBadge({ experiment }: { experiment: Experiment }) {
  const known = outcomes[experiment.outcome];
  return known === undefined ? null : <StatusBadge tone={known[0]}>{known[1]}</StatusBadge>;
}
