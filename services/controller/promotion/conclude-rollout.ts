import { ExperimentEventType } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { ExperimentRecord, HostRolloutState, Outcome, Rollout } from "../experiments/index.ts";

/** What a promotion or rollback comes to. */
export interface RolloutConclusion {
  /** The event that tells of it; null while something is left to be done by a person. */
  event: ExperimentEventType | null;
  phaseReason: string;
  rollout?: Rollout | null;
  outcome?: Outcome;
  promotedVariant?: null;
  promotedDigest?: null;
  holdBackUntil?: null;
}

/**
 * Decides what a promotion or rollback comes to, from the answers of the hosts it
 * is about; null while some are missing. `heldBack` counts hosts that are left out for now.
 */
export function concludeRollout(
  experiment: Pick<ExperimentRecord, "rollout" | "promotedVariant">,
  states: readonly (HostRolloutState | null)[],
  heldBack: number,
): RolloutConclusion | null {
  const asked = states.filter((state) => state !== null);
  const done = asked.filter((state) => state === "done").length;
  const failed = asked.filter((state) => state === "failed").length;
  if (experiment.rollout === null || done + failed < asked.length) return null;
  const { promotedVariant: variant } = experiment;
  if (experiment.rollout === "rolling_back") {
    if (failed === 0) {
      const phaseReason = "Every host runs what it ran before the promotion.";
      return { event: ExperimentEventType.ROLLED_BACK, rollout: null, outcome: "rolled_back", phaseReason };
    }
    return {
      event: null,
      phaseReason: `${failed} of ${asked.length} hosts did not go back to what they ran before; see the events, then roll back again.`,
    };
  }
  if (failed === 0) {
    const others = heldBack === 1 ? "1 host is" : `${heldBack} hosts are`;
    const phaseReason =
      heldBack === 0
        ? `Every host runs ${variant}.`
        : `Every host of the promotion runs ${variant}; ${others} held back.`;
    return { event: ExperimentEventType.PROMOTED, rollout: null, outcome: "promoted", phaseReason };
  }
  if (done === 0) {
    return {
      event: ExperimentEventType.KEPT,
      rollout: null,
      outcome: "kept",
      promotedVariant: null,
      promotedDigest: null,
      holdBackUntil: null,
      phaseReason: `No host took ${variant}; each runs what it ran before. See the events for the collectors' words.`,
    };
  }
  return {
    event: null,
    phaseReason: `${variant} runs on ${done} of ${asked.length} hosts; the others kept what they ran. Promote again to try those, or roll back.`,
  };
}
