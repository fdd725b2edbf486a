import { Role } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";

/**
 * What a call concerns, and so whose labels decide about a role that only
 * counts on some hosts. `nothing`: no host. `listed`: the answer is filtered.
 * `itself`: the call looks at its own caller. The others name fields of the request.
 */
export type Concern =
  | "nothing"
  | "listed"
  | "itself"
  | "host"
  | "named-hosts"
  | "task"
  | "experiment"
  | "new-experiment"
  | "deployment"
  | "new-deployment"
  | "load"
  | "new-load"
  | "labels"
  | "any-labels";

/** What an RPC asks of its caller. */
export type MethodRule = {
  /** `anyone`: without a login, too · `person`: any caller that is known · `role`: `role` at least · `services`: only services among themselves. */
  who: "anyone" | "person" | "role" | "services";
  role: Role;
  concern: Concern;
  /** Recorded in the audit. */
  audited: boolean;
  /** A second person has to approve, where four eyes are asked for: always, or when it reaches the whole fleet. */
  fourEyes: "never" | "always" | "whole-fleet";
  /** Only with a login of a person, never with a token for programs. */
  login: boolean;
  /** Also for someone who must change the password first. */
  beforePasswordChange: boolean;
};

const base = { audited: false, fourEyes: "never", login: false, beforePasswordChange: false } as const;
const look = (concern: Concern): MethodRule => ({ ...base, who: "role", role: Role.VIEWER, concern });
const act = (role: Role, concern: Concern): MethodRule => ({ ...base, who: "role", role, concern, audited: true });
const run = (concern: Concern): MethodRule => act(Role.OPERATOR, concern);
const decide = (concern: Concern): MethodRule => act(Role.APPROVER, concern);
const keep = (concern: Concern): MethodRule => act(Role.ADMIN, concern);
const anyone: MethodRule = { ...base, who: "anyone", role: Role.VIEWER, concern: "itself", beforePasswordChange: true };
const person: MethodRule = { ...base, who: "person", role: Role.VIEWER, concern: "itself" };
const services: MethodRule = { ...base, who: "services", role: Role.ADMIN, concern: "nothing" };

const rules: Readonly<Record<string, Readonly<Record<string, MethodRule>>>> = {
  "phoenix.gateway.v1.AuthService": {
    GetLoginOptions: anyone,
    Login: { ...anyone, audited: true },
    Refresh: anyone,
    Logout: { ...anyone, audited: true },
    WhoAmI: { ...person, beforePasswordChange: true },
    GetMatrix: person,
    ChangePassword: { ...person, audited: true, login: true, beforePasswordChange: true },
    ListUsers: { ...keep("nothing"), audited: false },
    CreateUser: keep("nothing"),
    UpdateUser: keep("nothing"),
    DeleteUser: keep("nothing"),
    ListApiTokens: look("itself"),
    CreateApiToken: { ...look("itself"), audited: true, login: true },
    RevokeApiToken: { ...look("itself"), audited: true },
    ListApprovals: look("nothing"),
    DecideApproval: { ...decide("itself"), login: true },
  },
  "phoenix.gateway.v1.AuditService": {
    ListAuditEvents: { ...keep("nothing"), audited: false },
    VerifyAudit: { ...keep("nothing"), audited: false },
  },
  "phoenix.gateway.v1.EventService": {
    SubscribeEvents: look("listed"),
  },
  "phoenix.controller.v1.ExperimentService": {
    CreateExperiment: run("new-experiment"),
    GetExperiment: look("experiment"),
    ListExperiments: look("listed"),
    UpdateExperiment: run("new-experiment"),
    DeleteExperiment: run("experiment"),
    StartExperiment: run("experiment"),
    StopExperiment: run("experiment"),
    CancelExperiment: run("experiment"),
    PromoteExperiment: { ...decide("experiment"), fourEyes: "always" },
    RollbackExperiment: decide("experiment"),
    UpdateExperimentPhase: decide("experiment"),
    GetRealisedSaving: look("experiment"),
    StreamExperimentEvents: look("experiment"),
  },
  "phoenix.controller.v1.FleetService": {
    ListHosts: look("listed"),
    CountHosts: look("any-labels"),
    GetHost: look("host"),
    ListHostComponents: look("named-hosts"),
    UpdateHost: run("host"),
    DrainHost: run("host"),
    DeleteHost: keep("host"),
    WatchHosts: look("listed"),
    ListTasks: look("listed"),
    GetTask: look("task"),
    CancelTask: run("task"),
    CreateEnrollmentToken: keep("labels"),
    ListEnrollmentTokens: look("nothing"),
    RevokeEnrollmentToken: keep("nothing"),
  },
  "phoenix.controller.v1.DeploymentService": {
    CreateDeployment: { ...run("new-deployment"), fourEyes: "whole-fleet" },
    UpdateDeployment: { ...run("new-deployment"), fourEyes: "whole-fleet" },
    GetDeployment: look("deployment"),
    ListDeployments: look("listed"),
    ListDeploymentHosts: look("deployment"),
    ListDeploymentVersions: look("deployment"),
    RollbackDeployment: decide("deployment"),
    PauseDeployment: run("deployment"),
    ResumeDeployment: run("deployment"),
    RepairDeployment: run("deployment"),
    DeleteDeployment: run("deployment"),
    WatchDeployment: look("deployment"),
    ListQuarantinedConfigs: look("nothing"),
    ClearQuarantinedConfig: decide("nothing"),
  },
  "phoenix.controller.v1.LoadSimulationService": {
    StartLoadSimulation: run("new-load"),
    StopLoadSimulation: run("load"),
    GetLoadSimulation: look("load"),
    ListLoadSimulations: look("listed"),
    ListLoadProfiles: look("nothing"),
  },
  "phoenix.controller.v1.ChangeService": {
    // Raw changes of all hosts; the gateway tells callers what of it they may see.
    StreamChanges: services,
  },
  "phoenix.pipelines.v1.PipelineService": {
    ListPipelines: look("nothing"),
    GetPipeline: look("nothing"),
    RenderPipeline: look("nothing"),
    ValidatePipeline: look("nothing"),
    CreatePipelineVersion: run("nothing"),
    PublishPipelineVersion: run("nothing"),
    DeletePipeline: run("nothing"),
    ListPipelineVersions: look("nothing"),
    DiffPipelines: look("nothing"),
    ParseModel: look("nothing"),
    FormatModel: look("nothing"),
    GenerateManifests: look("nothing"),
    ForecastPipeline: look("nothing"),
    ListLoadProfiles: look("nothing"),
    GetRenderedConfig: look("nothing"),
  },
  "phoenix.benchmark.v1.BenchmarkService": {
    // What an agent measured comes in through its own credential alone.
    RecordObservations: services,
    GetPanel: look("experiment"),
    CalculateKpis: look("experiment"),
    GetCostAnalysis: look("experiment"),
    CompareSources: look("experiment"),
    GetTopContributors: look("experiment"),
    GetKpiSeries: look("experiment"),
    GetPriceBook: look("nothing"),
    ListPriceBooks: look("nothing"),
    ApplyPriceBook: keep("nothing"),
    DeletePriceBook: keep("nothing"),
  },
  "phoenix.analytics.v1.AnalyticsService": {
    // A final verdict is kept for ever: only the controller asks for one, and it alone knows which hosts were held back.
    AnalyzeExperiment: services,
    CalibrateExperiment: services,
    MeasureRealisedSaving: services,
    IssueCertificate: run("experiment"),
    ListCertificateKeys: look("nothing"),
    GetVerdict: look("experiment"),
    WatchVerdict: look("experiment"),
  },
};

/** The rule of an RPC; undefined for one without, which is not served. */
export function ruleOf(service: string, method: string): MethodRule | undefined {
  const own = Object.hasOwn(rules, service) ? rules[service] : undefined;
  return own !== undefined && Object.hasOwn(own, method) ? own[method] : undefined;
}

/** True for an RPC that the gateway serves to someone. */
export function isServed(service: string, method: string): boolean {
  const rule = ruleOf(service, method);
  return rule !== undefined && rule.who !== "services";
}

/** Every rule with its RPC, "phoenix.controller.v1.FleetService/GetHost" for instance, by name. */
export const methodRules: readonly (readonly [method: string, rule: MethodRule])[] = Object.entries(rules)
  .flatMap(([service, own]) => Object.entries(own).map(([name, rule]) => [`${service}/${name}`, rule] as const))
  .toSorted(([left], [right]) => (left < right ? -1 : 1));
