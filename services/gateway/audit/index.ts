/**
 * Who did what: entries that are only ever added, each chained to the one
 * before by its hash, in the order in which they were stored.
 *
 * audit-entry: what is hashed · audit-log: append, list, verify ·
 * describe-message: what a call said, without secrets.
 */
export type { AuditEntry, AuditRecord } from "./audit-entry.ts";
export { type AuditLog, createAuditLog, listAudit, verifyAudit } from "./audit-log.ts";
export { describeMessage } from "./describe-message.ts";
