/**
 * How a host gets in, and how its agent proves who it is. Enrolment tokens are
 * short-lived and counted; one is exchanged for the host's own credential.
 * Promises: of secrets only SHA-256 hashes are stored, and a secret leaves in
 * the one answer that makes it. A renewed credential ends the older ones when it
 * is used first. decide-enrollment says who gets a host name.
 * Ending the streams of a deleted host is in ../sessions.
 */
export {
  type AgentIdentity,
  identifyAgent,
  identifyAgents,
  pruneCredentials,
  renewCredential,
} from "./agent-credential.ts";
export { enrollHost } from "./enroll-host.ts";
export {
  createEnrollmentToken,
  type EnrollmentTokenRecord,
  listEnrollmentTokens,
  pruneEnrollmentTokens,
  revokeEnrollmentToken,
} from "./enrollment-token.ts";
