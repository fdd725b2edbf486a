/**
 * Who may do what. One rule for each RPC, in one table; what is not in it is
 * denied. A role counts everywhere or on hosts with some labels; then what a
 * call concerns is looked up, and answers of lists are filtered.
 *
 * method-rules: the table · grants: roles with labels, pure · request-concern:
 * what a request is about, pure · host-scope: on which hosts a role counts ·
 * filter-answer: lists and watches · judge-call: all of it for one call.
 */
export { type Caller, callerKey } from "./caller.ts";
export { filterAnswer } from "./filter-answer.ts";
export {
  adminEverywhere,
  type Grant,
  hasRoleEverywhere,
  intersectGrants,
  isCovered,
  readGrants,
  type StoredGrant,
  storeGrants,
} from "./grants.ts";
export { createHostScope, type HostScope, type ScopeClients } from "./host-scope.ts";
export { callableMethods, type Judged, judgeCall, judgeHosts } from "./judge-call.ts";
export { isServed, type MethodRule, methodRules, ruleOf } from "./method-rules.ts";
export { reachesWholeFleet, type Subject, subjectsOf } from "./request-concern.ts";
export { refuseTokenInAddress } from "./token-in-address.ts";
