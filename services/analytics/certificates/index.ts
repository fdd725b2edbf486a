/**
 * Retention certificates: what was found of the must-keep processes under a
 * final verdict, in a signed DSSE envelope that verifies without Phoenix.
 * Promises: the first certificate on a candidate stays, byte for byte; the
 * secret half of a key never leaves this room. Which verdict a certificate is
 * about is the summaries', when one may be issued is the api's.
 */
export { type CertificateKeys, createCertificateKeys } from "./certificate-keys.ts";
export { type CertificateStore, createCertificateStore } from "./certificate-store.ts";
export { sealStatement } from "./envelope.ts";
export { retentionStatement } from "./retention-statement.ts";
