import { fromJson } from "@bufbuild/protobuf";
import type { IssueCertificateRequest } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { AnalysisPlanSchema, VerdictSchema } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { retentionStatement, sealStatement } from "../certificates/index.ts";
import { candidateMeant } from "./candidate-meant.ts";
import type { AnalyticsApiDeps } from "./deps.ts";

/**
 * Gives the certificate on a candidate with a final verdict, signing it the
 * first time.
 * @throws PhoenixError EXPERIMENT_NOT_FOUND before any analysis, INVALID_FIELD for a variant that is no candidate, ILLEGAL_TRANSITION before the verdict is final.
 */
export async function issueCertificate(
  deps: AnalyticsApiDeps,
  request: IssueCertificateRequest,
): Promise<{ certificate: Uint8Array }> {
  const { experimentId } = request;
  const { plan: fixed, summaries } = await deps.summaries.read(experimentId);
  const { plan, variant } = candidateMeant(request, fixed);
  const before = await deps.certificates.find(experimentId, variant);
  if (before !== null) return { certificate: before };

  const summary = summaries.find((one) => one.variant === variant);
  if (summary?.final !== true) {
    throw phoenixError(
      ErrorReason.ILLEGAL_TRANSITION,
      `there is no final verdict on ${variant} of ${experimentId} yet, and only a final one is certified; wait for it, or stop the experiment`,
    );
  }
  if (summary.evidence === null) {
    throw phoenixError(
      ErrorReason.ILLEGAL_TRANSITION,
      `the verdict on ${variant} of ${experimentId} was made by a version that did not keep what a certificate states; measure again to have one`,
    );
  }
  const signer = await deps.certificateKeys.signer();
  const issuedAtMs = deps.clock();
  const statement = retentionStatement({
    verdict: fromJson(VerdictSchema, summary.verdict, { ignoreUnknownFields: true }),
    evidence: summary.evidence,
    plan: fromJson(AnalysisPlanSchema, plan.plan, { ignoreUnknownFields: true }),
    keyId: signer.keyId,
    issuedAtMs,
  });
  const envelope = sealStatement(statement, signer);
  const certificate = await deps.certificates.keep({
    experimentId,
    variant,
    keyId: signer.keyId,
    envelope,
    issuedAtMs,
  });
  deps.logger.info({ experimentId, variant, keyId: signer.keyId }, "a retention certificate was issued");
  return { certificate };
}
