/**
 * The rules at work, on every call of the API port. enforce-access: the
 * interceptor · record-call, call-entry, snapshot: what goes into the audit ·
 * four-eyes: what waits for a second person.
 */
export { describeAfter, findSubject } from "./call-entry.ts";
export { enforceAccess } from "./enforce-access.ts";
export { createFourEyes } from "./four-eyes.ts";
export { createCallRecorder } from "./record-call.ts";
export { createSnapshot } from "./snapshot.ts";
