/**
 * Calls that wait for a second person, where four eyes are asked for. Promises:
 * each is decided once; a change of one is told by every gateway that watches.
 *
 * approval-store: the table · look-at-approvals: what changed between two looks ·
 * watch-approvals: looks when the database gives notice, and now and then.
 */
export {
  type ApprovalRecord,
  decideApproval,
  getApproval,
  insertApproval,
  listApprovals,
  storeResult,
} from "./approval-store.ts";
export { type ApprovalWatch, createApprovalWatch } from "./watch-approvals.ts";
