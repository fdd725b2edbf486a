import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { type Retention, RetentionSchema } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";

/** What a certificate states. docs/certificates.md describes every field. */
export interface Statement {
  readonly keyId: string;
  readonly issuer: string;
  readonly issueTime: string;
  readonly experimentId: string;
  readonly variant: string;
  readonly baselineVariant: string;
  readonly decision: string;
  readonly reason: string;
  readonly analyzeTime: string | null;
  readonly baselineDigest: string;
  readonly candidateDigest: string;
  readonly hosts: readonly string[];
  readonly watchedHosts: readonly string[];
  readonly windowSeconds: number;
  readonly firstWindowStart: string | null;
  readonly lastWindowStart: string | null;
  readonly mustKeep: readonly string[];
  readonly gapAllowanceWindows: number;
  readonly retentionHolds: boolean;
  readonly retention: Retention;
}

const decisions: readonly unknown[] = ["PROMOTE", "REJECT", "INCONCLUSIVE", "UNHEALTHY"];

type Fields = Record<string, unknown>;

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Error(`${what} is not an object`);
}

function pick<T>(fields: Fields, name: string, fits: (value: unknown) => value is T): T {
  const value = fields[name];
  if (Object.hasOwn(fields, name) && fits(value)) return value;
  throw new Error(`its ${name} is missing or not of the right kind`);
}

const isText = (value: unknown): value is string => typeof value === "string";
const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const isTime = (value: unknown): value is string => isText(value) && !Number.isNaN(Date.parse(value));
const isTimeOrNull = (value: unknown): value is string | null => value === null || isTime(value);
const isDecision = (value: unknown): value is string => decisions.includes(value);

/**
 * Reads the statement in a payload whose signature holds.
 * @throws Error that names the field that is wrong.
 */
export function readStatement(json: unknown): Statement {
  const fields = fieldsOf(json, "its payload");
  if (fields.version !== 1) {
    throw new Error(`its layout is version ${String(fields.version)}, and this phoenix knows version 1`);
  }
  const digests = fieldsOf(fields.configDigests, "its configDigests");
  return {
    keyId: pick(fields, "keyId", isText),
    issuer: pick(fields, "issuer", isText),
    issueTime: pick(fields, "issueTime", isTime),
    experimentId: pick(fields, "experimentId", isText),
    variant: pick(fields, "variant", isText),
    baselineVariant: pick(fields, "baselineVariant", isText),
    decision: pick(fields, "decision", isDecision),
    reason: pick(fields, "reason", isText),
    analyzeTime: pick(fields, "analyzeTime", isTimeOrNull),
    baselineDigest: pick(digests, "baseline", isText),
    candidateDigest: pick(digests, "candidate", isText),
    hosts: pick(fields, "hosts", isTexts),
    watchedHosts: pick(fields, "watchedHosts", isTexts),
    windowSeconds: pick(fields, "windowSeconds", isCount),
    firstWindowStart: pick(fields, "firstWindowStart", isTimeOrNull),
    lastWindowStart: pick(fields, "lastWindowStart", isTimeOrNull),
    mustKeep: pick(fields, "mustKeep", isTexts),
    gapAllowanceWindows: pick(fields, "gapAllowanceWindows", isCount),
    retentionHolds: pick(fields, "retentionHolds", isFlag),
    retention: fromJson(RetentionSchema, fieldsOf(fields.retention, "its retention") as JsonValue),
  };
}
