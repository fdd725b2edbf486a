/**
 * What is done with a verdict: promote, roll back, keep. Promises: no promotion
 * against a verdict without force and a reason, each act in the events with who
 * and why, a refused one too; a host that does not take the promoted
 * configuration keeps what it ran; a configuration rolled back is quarantined.
 *
 * decide-promotion, decide-rollback, choose-held-back: the rules, pure · promote,
 * roll-back: begin one · roll-out: act on what the hosts said · hold-back: its end.
 */

export { createEndHoldBack, holdBackWindowSeconds } from "./hold-back.ts";
export {
  beginPromotion,
  type PreparedPromotion,
  type PromotionRequest,
  preparePromotion,
  recordRefusal,
} from "./promote.ts";
export { rollBack } from "./roll-back.ts";
export { createRollOut } from "./roll-out.ts";
export { createRolloutEndListener } from "./rollout-end-listener.ts";
