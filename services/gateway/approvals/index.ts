/** Calls that wait for a second person, where four eyes are asked for. Promises: each is decided once. */
export {
  type ApprovalRecord,
  decideApproval,
  getApproval,
  insertApproval,
  listApprovals,
  storeResult,
} from "./approval-store.ts";
