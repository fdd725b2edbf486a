import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import type { AnalyticsService } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { analyzeExperiment, readVerdicts } from "./analyze-experiment.ts";
import { calibrateExperiment } from "./calibrate-experiment.ts";
import type { AnalyticsApiDeps } from "./deps.ts";
import { issueCertificate } from "./issue-certificate.ts";
import { measureRealisedSaving } from "./measure-realised-saving.ts";
import { watchVerdict } from "./watch-verdict.ts";

export type { AnalyticsApiDeps } from "./deps.ts";

/** Analytics' contract: messages on the outside, rooms on the inside. */
export function createAnalyticsApi(deps: AnalyticsApiDeps): ServiceImpl<typeof AnalyticsService> {
  return {
    analyzeExperiment: (request, { signal }) => analyzeExperiment(deps, request, signal),
    calibrateExperiment: (request, { signal }) => calibrateExperiment(deps, request, signal),
    issueCertificate: (request) => issueCertificate(deps, request),
    async listCertificateKeys() {
      const keys = await deps.certificateKeys.list();
      return { keys: keys.map(({ createdAt, ...key }) => ({ ...key, createTime: timestampFromDate(createdAt) })) };
    },
    measureRealisedSaving: (request, { signal }) => measureRealisedSaving(deps, request, signal),
    async getVerdict({ experimentId }) {
      const { verdicts } = await readVerdicts(deps, experimentId);
      return { verdicts };
    },
    watchVerdict: (request, { signal }) => watchVerdict(deps, request, signal),
  };
}
