import { type JsonValue, toJson } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import {
  type AnalysisPlan,
  DecisionSchema,
  RetentionSchema,
  type Verdict,
} from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { Evidence } from "../summaries/index.ts";

/** What a certificate says, in the order of its JSON. docs/certificates.md describes every field. */
export interface RetentionStatement {
  /** Version of this layout. */
  readonly version: 1;
  readonly issuer: "phoenix.analytics.v1.AnalyticsService";
  readonly keyId: string;
  /** Times are RFC 3339 in UTC. */
  readonly issueTime: string;
  readonly experimentId: string;
  readonly variant: string;
  readonly baselineVariant: string;
  readonly decision: string;
  readonly reason: string;
  readonly analyzeTime: string | null;
  readonly configDigests: { readonly baseline: string; readonly candidate: string };
  readonly hosts: readonly string[];
  readonly watchedHosts: readonly string[];
  readonly windowSeconds: number;
  readonly firstWindowStart: string | null;
  readonly lastWindowStart: string | null;
  readonly mustKeep: readonly string[];
  /** Windows in a row a must-keep process may be missing. */
  readonly gapAllowanceWindows: number;
  readonly retentionHolds: boolean;
  /** phoenix.analytics.v1.Retention in Protobuf's JSON mapping, fields at zero included. */
  readonly retention: JsonValue;
}

const moment = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** All that a statement is made of. */
export interface StatementInput {
  readonly verdict: Verdict;
  readonly evidence: Evidence;
  readonly plan: AnalysisPlan;
  readonly keyId: string;
  readonly issuedAtMs: number;
}

/** Says what was found of the must-keep processes under a final verdict. */
export function retentionStatement({ verdict, evidence, plan, keyId, issuedAtMs }: StatementInput): RetentionStatement {
  const { retention, analyzeTime } = verdict;
  if (retention === undefined) throw new Error(`the verdict on ${verdict.variant} says nothing of retention`);
  return {
    version: 1,
    issuer: "phoenix.analytics.v1.AnalyticsService",
    keyId,
    issueTime: new Date(issuedAtMs).toISOString(),
    experimentId: verdict.experimentId,
    variant: verdict.variant,
    baselineVariant: evidence.baselineVariant,
    decision: DecisionSchema.value[verdict.decision]?.localName ?? String(verdict.decision),
    reason: verdict.reason,
    analyzeTime: moment(analyzeTime === undefined ? null : timestampMs(analyzeTime)),
    configDigests: { baseline: evidence.baselineDigest, candidate: evidence.candidateDigest },
    hosts: evidence.hostIds,
    watchedHosts: evidence.watchedHostIds,
    windowSeconds: plan.windowSeconds,
    firstWindowStart: moment(evidence.firstWindowMs),
    lastWindowStart: moment(evidence.lastWindowMs),
    mustKeep: evidence.mustKeep,
    gapAllowanceWindows: plan.retentionGapWindows,
    retentionHolds: evidence.retentionHolds,
    retention: toJson(RetentionSchema, retention, { alwaysEmitImplicit: true }),
  };
}
