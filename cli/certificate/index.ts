/**
 * Retention certificates as a reader sees them: a DSSE envelope is opened and
 * checked against public keys, with nothing of the server's. Promises: what is
 * not signed by a known key over these very bytes is never called valid, and
 * nothing of a payload is looked at before its signature holds.
 * docs/certificates.md describes the format.
 */

export { describeStatement } from "./describe-statement.ts";
export { type KnownKeys, knownKeys } from "./known-keys.ts";
export { type CertificateFault, openCertificate } from "./open-certificate.ts";
export { readCertificate } from "./read-certificate.ts";
