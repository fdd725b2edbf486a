import type { DescService } from "@bufbuild/protobuf";
import type { Client, ConnectRouter, HandlerContext } from "@connectrpc/connect";
import type { AnalyticsService } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import type { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { ChangeService } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { LoadSimulationService } from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import type { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { createStack, type Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import type { Metrics } from "@phoenix/platform/telemetry";
import { createChangeService } from "./api/change-service.ts";
import { createDeploymentService } from "./api/deployment-service.ts";
import { createExperimentService } from "./api/experiment-service.ts";
import { createLoadService } from "./api/load-service.ts";
import { type ChangeSettings, changeDefaults, createChangeFeed } from "./changes/index.ts";
import {
  createDeploymentFeed,
  createDeploymentReconciler,
  createHostEndListener,
  type DeploymentSettings,
  deploymentDefaults,
} from "./deployments/index.ts";
import { createEventFeed } from "./events/index.ts";
import {
  createCollectorListener,
  createReconciler,
  createSubjectEndListener,
  type ExperimentSettings,
  experimentDefaults,
} from "./experiments/index.ts";
import type { FleetConfig } from "./fleet-config.ts";
import { createFleet } from "./fleet-wiring.ts";
import { createLoadEndListener, createLoadReconciler, loadDefaults } from "./load-simulations/index.ts";
import { createEndHoldBack, createRollOut, createRolloutEndListener } from "./promotion/index.ts";
import { tellInTurn } from "./tasks/index.ts";

/**
 * What differs from the defaults: of hosts, agents and tasks as in fleet-config, of
 * experiments and deployments as in the settings of their rooms.
 */
export type ControllerConfig = Partial<FleetConfig> & {
  experiments?: Partial<ExperimentSettings>;
  deployments?: Partial<DeploymentSettings>;
  changes?: Partial<ChangeSettings>;
};

/** What the controller needs. */
export interface ControllerDeps {
  db: Database;
  logger: Logger;
  metrics: Metrics;
  clients: {
    pipelines: Client<typeof PipelineService>;
    benchmark: Client<typeof BenchmarkService>;
    analytics: Client<typeof AnalyticsService>;
  };
  config?: ControllerConfig;
  /** Names the caller of a call, for the record; without it everyone is "operator". */
  callerOf?: (context: HandlerContext) => string;
  /** Where deadlines and windows take the time from; the machine's clock by default. */
  clock?: () => Date;
}

/** The controller: hosts, their agents and tasks, experiments, promotions, deployments, load. */
export interface ControllerService extends Service {
  readonly name: "controller";
  /** Adds FleetService, ExperimentService, DeploymentService, LoadSimulationService and ChangeService to the API port. */
  routes(router: ConnectRouter): void;
  readonly descriptors: DescService[];
  /** The port agents dial; its number is known after the start. */
  readonly agentServer: { readonly port: number };
  /** Does once all that its background duties would do now. */
  reconcileOnce(): Promise<void>;
}

/** Creates the controller. Nothing runs before its start. */
export function createControllerService(deps: ControllerDeps): ControllerService {
  const { db, metrics, clients, clock = () => new Date(), callerOf = () => "operator" } = deps;
  const logger = deps.logger.child({ service: "controller" });
  const { experiments: chosen, deployments: chosenOfDeployments, changes, ...fleetConfig } = deps.config ?? {};
  const settings = Object.freeze({ ...experimentDefaults, ...chosen });
  const deploymentSettings = Object.freeze({ ...deploymentDefaults, ...chosenOfDeployments });

  const onTaskEnd = tellInTurn([
    createSubjectEndListener(clock),
    createRolloutEndListener(),
    createHostEndListener(clock),
    createLoadEndListener(clock),
  ]);
  const fleet = createFleet({
    db,
    logger,
    metrics,
    clients,
    config: fleetConfig,
    onTaskEnd,
    onCollectorStatus: createCollectorListener(db),
    onHeartbeat: (hostId, { loads }) => loadReconciler.heard(hostId, loads),
  });
  const feed = createEventFeed({ db, pollIntervalMs: settings.eventPollIntervalMs });
  const { analytics, pipelines } = clients;
  const reconciler = createReconciler({
    db,
    logger: logger.child({ part: "experiments" }),
    analytics,
    settings,
    clock,
    rollOut: createRollOut(),
    endHoldBack: createEndHoldBack(),
  });
  const deploymentFeed = createDeploymentFeed({ db, pollIntervalMs: deploymentSettings.watchPollIntervalMs });
  const deploymentReconciler = createDeploymentReconciler({
    db,
    logger: logger.child({ part: "deployments" }),
    settings: deploymentSettings,
    clock,
    onTaskEnd,
  });
  const deployments = createDeploymentService({
    ...{ db, pipelines, clock, callerOf },
    feed: deploymentFeed,
    settings: deploymentSettings,
  });
  const experiments = createExperimentService({ db, feed, analytics, pipelines, settings, clock, callerOf });

  const loadReconciler = createLoadReconciler({
    db,
    logger: logger.child({ part: "load" }),
    settings: loadDefaults,
    clock,
  });
  const loads = createLoadService({ db, pipelines, settings: loadDefaults, clock });

  const changeFeed = createChangeFeed({
    db,
    logger: logger.child({ part: "changes" }),
    settings: Object.freeze({ ...changeDefaults, ...changes }),
  });

  const stack = createStack();
  stack.add(changeFeed);
  stack.add(feed);
  stack.add(deploymentFeed);
  stack.add(fleet);
  stack.add(reconciler);
  stack.add(deploymentReconciler);
  stack.add(loadReconciler);

  return {
    name: "controller",
    descriptors: [ExperimentService, FleetService, DeploymentService, LoadSimulationService, ChangeService],
    agentServer: fleet.agentServer,
    routes(router) {
      fleet.routes(router);
      router.service(ExperimentService, experiments);
      router.service(DeploymentService, deployments);
      router.service(LoadSimulationService, loads);
      router.service(ChangeService, createChangeService(changeFeed));
    },
    start: () => stack.start(),
    stop: () => stack.stop(),
    async reconcileOnce() {
      await fleet.reconcileOnce();
      await reconciler.reconcileOnce();
      await deploymentReconciler.reconcileOnce();
      await loadReconciler.reconcileOnce();
    },
  };
}
