/**
 * Who the agent is to the controller. Promises: an enrolment token is used once
 * and never stored; the credential lies in a file for its owner alone and is in
 * no log; it is renewed before it ends, and the old one is let go only when the
 * new one was accepted.
 *
 * ensure-identity: from a token or the file · credentials: the current one and
 * the candidate · renewal: the background duty · identity-file: the file.
 */
export { type Credentials, createCredentials } from "./credentials.ts";
export { type EnsureIdentityOptions, ensureIdentity } from "./ensure-identity.ts";
export type { Credential, Identity } from "./identity-file.ts";
export { createRenewal } from "./renewal.ts";
