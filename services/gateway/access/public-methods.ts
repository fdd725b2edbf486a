/**
 * Which calls the gateway lets through. Deny by default: a call that is not
 * written here is not served, and a test holds this list against the contract.
 */

/** Calls that anyone who reaches the gateway may make, by service. */
export const publicMethods: Readonly<Record<string, readonly string[]>> = {
  "phoenix.controller.v1.ExperimentService": [
    "CreateExperiment",
    "GetExperiment",
    "ListExperiments",
    "UpdateExperiment",
    "DeleteExperiment",
    "StartExperiment",
    "StopExperiment",
    "CancelExperiment",
    "PromoteExperiment",
    "RollbackExperiment",
    "UpdateExperimentPhase",
    "GetRealisedSaving",
    "StreamExperimentEvents",
  ],
  "phoenix.controller.v1.FleetService": [
    "ListHosts",
    "GetHost",
    "UpdateHost",
    "DrainHost",
    "DeleteHost",
    "WatchHosts",
    "ListTasks",
    "GetTask",
    "CancelTask",
    "CreateEnrollmentToken",
    "ListEnrollmentTokens",
    "RevokeEnrollmentToken",
  ],
  "phoenix.pipelines.v1.PipelineService": [
    "ListPipelines",
    "GetPipeline",
    "RenderPipeline",
    "ValidatePipeline",
    "CreatePipelineVersion",
    "PublishPipelineVersion",
    "DeletePipeline",
    "ListPipelineVersions",
    "DiffPipelines",
    "ParseModel",
    "FormatModel",
    "GenerateManifests",
    "ForecastPipeline",
    "ListLoadProfiles",
    "GetRenderedConfig",
  ],
  "phoenix.controller.v1.DeploymentService": [
    "CreateDeployment",
    "UpdateDeployment",
    "GetDeployment",
    "ListDeployments",
    "ListDeploymentHosts",
    "ListDeploymentVersions",
    "RollbackDeployment",
    "PauseDeployment",
    "ResumeDeployment",
    "RepairDeployment",
    "DeleteDeployment",
    "WatchDeployment",
    "ListQuarantinedConfigs",
    "ClearQuarantinedConfig",
  ],
  "phoenix.controller.v1.LoadSimulationService": [
    "StartLoadSimulation",
    "StopLoadSimulation",
    "GetLoadSimulation",
    "ListLoadSimulations",
    "ListLoadProfiles",
  ],
  "phoenix.benchmark.v1.BenchmarkService": [
    "GetPanel",
    "CalculateKpis",
    "GetCostAnalysis",
    "CompareSources",
    "GetTopContributors",
    "GetPriceBook",
    "ApplyPriceBook",
    "DeletePriceBook",
    "ListPriceBooks",
    "GetKpiSeries",
  ],
  "phoenix.analytics.v1.AnalyticsService": ["IssueCertificate", "ListCertificateKeys", "GetVerdict", "WatchVerdict"],
};

/** Calls that services make of each other and the gateway keeps to itself. */
export const internalMethods: Readonly<Record<string, readonly string[]>> = {
  // What an agent measured comes in through its own credential alone.
  "phoenix.benchmark.v1.BenchmarkService": ["RecordObservations"],
  // A final verdict is kept for ever: only the controller asks for one, and it alone knows which hosts were held back.
  "phoenix.analytics.v1.AnalyticsService": ["AnalyzeExperiment", "CalibrateExperiment", "MeasureRealisedSaving"],
};

/** True for a call that the gateway serves. */
export function isPublic(service: string, method: string): boolean {
  return publicMethods[service]?.includes(method) ?? false;
}
