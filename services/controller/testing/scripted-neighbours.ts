import { createHash } from "node:crypto";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  AnalyticsService,
  type AnalyzeExperimentRequest,
  type CalibrateExperimentRequest,
  type CalibrateExperimentResponseSchema,
  type MeasureRealisedSavingRequest,
} from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { Decision, Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import {
  PipelineService,
  type RenderPipelineRequest,
  RenderPurpose,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { Logger } from "@phoenix/platform/logging";
import { createClients, createInProcessTransport } from "@phoenix/platform/rpc";
import { createMetrics } from "@phoenix/platform/telemetry";
import type { ControllerDeps } from "../wiring.ts";

/** Analytics as a spec scripts it. */
export interface ScriptedAnalytics {
  available: boolean;
  /** What it says of each candidate; CONTINUE becomes INCONCLUSIVE where the analysis is final. */
  decide: (request: AnalyzeExperimentRequest, variant: string) => Decision;
  requests: AnalyzeExperimentRequest[];
  /** What it says of an A/A period. */
  calibration: MessageInitShape<typeof CalibrateExperimentResponseSchema>;
  calibrateRequests: CalibrateExperimentRequest[];
  savingRequests: MeasureRealisedSavingRequest[];
}

/** Pipelines as a spec scripts them. With backends, export and shadow configurations differ. */
export interface ScriptedPipelines {
  backends: boolean;
  available: boolean;
  requests: RenderPipelineRequest[];
}

/** The load profiles the scripted pipelines have. */
const loadProfiles = ["high-cardinality", "realistic"].map((name) => ({
  name,
  description: "Scripted.",
  defaultProcesses: 100,
  maxProcesses: 200,
  others: [{ name: "daemon" }],
}));

/** The services a controller calls, with a script in the place of each; benchmark answers nothing. */
export interface ScriptedNeighbours {
  analytics: ScriptedAnalytics;
  pipelines: ScriptedPipelines;
  clients: ControllerDeps["clients"];
}

/** Creates neighbours that are available, go on with every experiment, and have no backend. */
export function createScriptedNeighbours(logger: Logger): ScriptedNeighbours {
  const analytics: ScriptedAnalytics = {
    available: true,
    decide: () => Decision.CONTINUE,
    requests: [],
    calibration: {
      calibration: { pairWindows: 12, autocorrelation: 0.5, autocorrelationTimeWindows: 3 },
      blockWindows: 6,
    },
    calibrateRequests: [],
    savingRequests: [],
  };
  const pipelines: ScriptedPipelines = { backends: false, available: true, requests: [] };
  const neighbours = createInProcessTransport(
    (router) => {
      router.service(AnalyticsService, {
        analyzeExperiment(request) {
          if (!analytics.available) throw new ConnectError("analytics is away", Code.Unavailable);
          analytics.requests.push(request);
          return { verdicts: request.candidateVariants.map((variant) => judge(analytics, request, variant)) };
        },
        calibrateExperiment(request) {
          if (!analytics.available) throw new ConnectError("analytics is away", Code.Unavailable);
          analytics.calibrateRequests.push(request);
          return analytics.calibration;
        },
        measureRealisedSaving(request) {
          analytics.savingRequests.push(request);
          return { realised: { estimate: 0.4, low: 0.3, high: 0.5 }, detail: "scripted." };
        },
      });
      router.service(PipelineService, {
        renderPipeline: (request) => render(pipelines, request),
        listLoadProfiles: () => ({ profiles: loadProfiles }),
      });
      router.service(BenchmarkService, {});
    },
    { logger, metrics: createMetrics({ processMetrics: false }) },
  );
  const clients = createClients(neighbours, {
    analytics: AnalyticsService,
    pipelines: PipelineService,
    benchmark: BenchmarkService,
  });
  return { analytics, pipelines, clients };
}

function judge(analytics: ScriptedAnalytics, request: AnalyzeExperimentRequest, variant: string) {
  let decision = analytics.decide(request, variant);
  if (request.final && decision === Decision.CONTINUE) decision = Decision.INCONCLUSIVE;
  return {
    experimentId: request.experimentId,
    variant,
    decision,
    reason: `scripted decision ${decision}.`,
    primary: { kpi: Kpi.ACTIVE_SERIES, blockLogRatios: [-0.5, -0.4] },
    steps: [{ blocks: 1 }],
  };
}

function render(pipelines: ScriptedPipelines, request: RenderPipelineRequest) {
  if (!pipelines.available) throw new ConnectError("pipelines is away", Code.Unavailable);
  pipelines.requests.push(request);
  const { name, version, variables } = request.pipeline!;
  if (!name.startsWith("process-")) {
    throw phoenixError(ErrorReason.PIPELINE_NOT_FOUND, `there is no pipeline ${name}`);
  }
  const intervalSeconds = Number(variables.interval ?? "15");
  const exporting = pipelines.backends && request.purpose === RenderPurpose.EXPORT;
  const config = JSON.stringify([name, variables, request.mustKeep, intervalSeconds, exporting]);
  return {
    config,
    configDigest: createHash("sha256").update(config).digest("hex"),
    version: version || 3,
    intervalSeconds,
  };
}
