/**
 * What clients of the system did and saw, and whether the invariants hold in it.
 * A history only grows; the checker is pure, and has no other source.
 *
 * operation: what is recorded · check-tasks: I1 · check-effects: I2 ·
 * check-fencing: I3 · check-configs: I4 · check-observations: I6 · left-overs
 * (I5) are violations as they are.
 */
export { checkHistory } from "./check-history.ts";
export { createHistory, type History } from "./history.ts";
export type { Entry, Operation } from "./operation.ts";
export type { Violation } from "./violation.ts";
