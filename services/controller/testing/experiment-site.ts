import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Client, createClient } from "@connectrpc/connect";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import {
  type Experiment,
  type ExperimentEvent,
  ExperimentEventType,
  ExperimentPhase,
  type ExperimentSpec,
  type ExperimentSpecSchema,
} from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { LoadSimulationService } from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { createLogger } from "@phoenix/platform/logging";
import { createClients, createInProcessTransport, createRemoteTransport } from "@phoenix/platform/rpc";
import { createMetrics } from "@phoenix/platform/telemetry";
import { createTestDatabase } from "@phoenix/platform/testing";
import { Platform1700000000001 } from "../../../migrations/0001-platform.ts";
import { Fleet1700000000002 } from "../../../migrations/0002-fleet.ts";
import { Experiments1700000000006 } from "../../../migrations/0006-experiments.ts";
import { CalibrationAndHoldBack1700000000009 } from "../../../migrations/0009-calibration-and-hold-back.ts";
import { Queue1700000000010 } from "../../../migrations/0010-queue.ts";
import { Deployments1700000000012 } from "../../../migrations/0012-deployments.ts";
import { LoadSimulations1700000000013 } from "../../../migrations/0013-load-simulations.ts";
import { Figures1700000000014 } from "../../../migrations/0014-figures.ts";
import { HeartbeatPace1700000000015 } from "../../../migrations/0015-heartbeat-pace.ts";
import { Changes1700000000017 } from "../../../migrations/0017-changes.ts";
import { Components1700000000018 } from "../../../migrations/0018-components.ts";
import { PolicyInConfiguration1700000000019 } from "../../../migrations/0019-policy-in-configuration.ts";
import type { DeploymentSettings } from "../deployments/index.ts";
import type { ExperimentSettings } from "../experiments/index.ts";
import { type ControllerService, createControllerService } from "../wiring.ts";
import { connectObedientAgent, type ObedientAgent } from "./obedient-agent.ts";
import { createScriptedNeighbours, type ScriptedAnalytics, type ScriptedPipelines } from "./scripted-neighbours.ts";
import { until } from "./until.ts";

/** Parts of a specification. */
export type SpecInit = Exclude<MessageInitShape<typeof ExperimentSpecSchema>, ExperimentSpec>;

/** Tables of the controller and of the platform. */
export const controllerMigrations = [
  Platform1700000000001,
  Fleet1700000000002,
  Experiments1700000000006,
  CalibrationAndHoldBack1700000000009,
  Queue1700000000010,
  Deployments1700000000012,
  LoadSimulations1700000000013,
  Figures1700000000014,
  HeartbeatPace1700000000015,
  Changes1700000000017,
  Components1700000000018,
  PolicyInConfiguration1700000000019,
];

/** A controller on a real PostgreSQL with scripted neighbours and a clock of its own. */
export interface ExperimentSite {
  db: Database;
  controller: ControllerService;
  experiments: Client<typeof ExperimentService>;
  fleet: Client<typeof FleetService>;
  loads: Client<typeof LoadSimulationService>;
  deployments: Client<typeof DeploymentService>;
  /** The clock of deadlines and windows. */
  clock: { now: Date; advance(seconds: number): void };
  analytics: ScriptedAnalytics;
  pipelines: ScriptedPipelines;
  addHost(hostName: string): Promise<ObedientAgent>;
  /** Creates an experiment on these hosts. */
  createExperiment(hosts: string[], over?: SpecInit): Promise<Experiment>;
  /** Creates and starts an experiment, and waits until it is measured. */
  measure(hosts: string[], over?: SpecInit): Promise<Experiment>;
  get(experimentId: string): Promise<Experiment>;
  /** Waits until an experiment is in a phase. */
  untilPhase(experimentId: string, phase: ExperimentPhase): Promise<Experiment>;
  /** Moves the clock block by block until the experiment is over. */
  runToEnd(experimentId: string): Promise<Experiment>;
  events(experimentId: string): Promise<ExperimentEvent[]>;
  /** Types of the events, by name. */
  eventTypes(experimentId: string): Promise<string[]>;
  /** Another controller over the same database, stopped with the site. */
  addReplica(): Promise<ControllerService>;
  stop(): Promise<void>;
}

const names = Object.fromEntries(Object.entries(ExperimentEventType).map(([name, value]) => [value, name]));

/** Creates and starts a controller on a database of its own. */
export async function createExperimentSite(
  settings: Partial<ExperimentSettings> = {},
  ofDeployments: Partial<DeploymentSettings> = {},
): Promise<ExperimentSite> {
  const db = await createTestDatabase({ migrations: controllerMigrations, poolSize: 20 });
  const logger = createLogger({ name: "test", level: "silent" });
  const clock = {
    now: new Date("2026-11-20T08:00:00Z"),
    advance(seconds: number) {
      clock.now = new Date(clock.now.getTime() + seconds * 1000);
    },
  };
  const { analytics, pipelines, clients } = createScriptedNeighbours(logger);
  const controllers: ControllerService[] = [];
  const addReplica = async (): Promise<ControllerService> => {
    const controller = createControllerService({
      db,
      logger,
      metrics: createMetrics({ processMetrics: false }),
      clients,
      clock: () => clock.now,
      config: {
        agentPort: 0,
        maintenanceIntervalMs: 40,
        pollIntervalMs: 50,
        wakeDebounceMs: 2,
        retryBaseMs: 1,
        retryMaxMs: 1,
        drainGraceMs: 200,
        experiments: { reconcileIntervalMs: 20, eventPollIntervalMs: 50, ...settings },
        deployments: { reconcileIntervalMs: 20, watchPollIntervalMs: 50, returnGraceMs: 0, ...ofDeployments },
      },
    });
    controllers.push(controller);
    await controller.start();
    return controller;
  };
  const controller = await addReplica();
  const serve = { logger, metrics: createMetrics({ processMetrics: false }) };
  const calls = createInProcessTransport((router) => controller.routes(router), serve);
  const { experiments, fleet, deployments, loads } = createClients(calls, {
    experiments: ExperimentService,
    fleet: FleetService,
    deployments: DeploymentService,
    loads: LoadSimulationService,
  });
  const agents: ObedientAgent[] = [];

  const site: ExperimentSite = {
    db,
    controller,
    experiments,
    fleet,
    deployments,
    loads,
    clock,
    analytics,
    pipelines,
    addReplica,
    async addHost(hostName) {
      const { secret } = await fleet.createEnrollmentToken({ maxUses: 1 });
      const remote = createRemoteTransport(`http://127.0.0.1:${controller.agentServer.port}`);
      const agentCalls = createClient(AgentService, remote);
      const { hostId, credential } = await agentCalls.enroll({ enrollmentToken: secret, facts: { hostName } });
      remote.close();
      const agent = await connectObedientAgent(controller.agentServer.port, { hostId, credential, hostName });
      agents.push(agent);
      await until("the host is online", async () => {
        const [row] = await db.query<{ state: string }>("SELECT state FROM agent_status WHERE host_id = $1", [hostId]);
        return row?.state === "online";
      });
      return agent;
    },
    async createExperiment(hosts, over = {}) {
      const arm = (variant: string) => ({ variant, pipeline: { name: `process-${variant}-v1` } });
      const spec = { hosts: { hosts }, arms: [arm("baseline"), arm("candidate")], mustKeep: ["nginx"], ...over };
      const { experiment } = await experiments.createExperiment({ name: "try", spec });
      return experiment!;
    },
    async measure(hosts, over) {
      const { experimentId } = await site.createExperiment(hosts, over);
      await experiments.startExperiment({ experimentId });
      return site.untilPhase(experimentId, ExperimentPhase.RUNNING);
    },
    async get(experimentId) {
      return (await experiments.getExperiment({ experimentId })).experiment!;
    },
    untilPhase: (experimentId, phase) =>
      until(`the experiment is in phase ${phase}`, async () => {
        const experiment = await site.get(experimentId);
        return experiment.phase === phase && experiment;
      }),
    async runToEnd(experimentId) {
      return until("the experiment is over", async () => {
        const experiment = await site.get(experimentId);
        if (experiment.phase >= ExperimentPhase.COMPLETED) return experiment;
        clock.advance(10);
        return null;
      });
    },
    async events(experimentId) {
      const { lastEventSequence } = await site.get(experimentId);
      const events: ExperimentEvent[] = [];
      const stream = experiments.streamExperimentEvents({ experimentId });
      for await (const { event } of stream) {
        events.push(event!);
        if (event!.sequence >= lastEventSequence) break;
      }
      return events;
    },
    eventTypes: async (experimentId) => (await site.events(experimentId)).map((event) => names[event.type]!),
    async stop() {
      for (const agent of agents) agent.stop();
      await Promise.all(controllers.map((one) => one.stop()));
      await db.close();
    },
  };
  return site;
}
