import { create } from "@bufbuild/protobuf";
import { type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import type { CollectorStatus } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import {
  BenchmarkService,
  RecordObservationsResponseSchema,
} from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import type { Observation } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { createLogger } from "@phoenix/platform/logging";
import {
  createClients,
  createInProcessTransport,
  createRemoteTransport,
  type RemoteTransportOptions,
} from "@phoenix/platform/rpc";
import { createMetrics } from "@phoenix/platform/telemetry";
import { createTestDatabase } from "@phoenix/platform/testing";
import { migrations } from "../../../migrations/index.ts";
import type { FleetConfig } from "../fleet-config.ts";
import { createFleet, type Fleet } from "../fleet-wiring.ts";
import { type EndedTask, enqueueTask, getTask, type NewTask } from "../tasks/index.ts";

/** A fleet with fake neighbours. */
export type FleetSite = {
  db: Database;
  fleet: Fleet;
  /** FleetService as users call it. */
  users: Client<typeof FleetService>;
  /** AgentService with this credential, by gRPC unless said otherwise. */
  agentCalls(credential: string, protocol?: RemoteTransportOptions["protocol"]): Client<typeof AgentService>;
  /** Every task that ended, in order. */
  ended: EndedTask[];
  /** Every status the listener was told, with its host. */
  statuses: { hostId: string; status: CollectorStatus }[];
  /** The fake benchmark: what it stored, and whether it takes anything. */
  benchmark: {
    stored: Observation[];
    available: boolean;
    refuse: (observation: Observation) => boolean;
    calls: number;
  };
  /** The fake pipelines: configurations by digest, and how often it was asked. */
  pipelines: { configs: Map<string, string>; calls: number };
  /** Enrols a host through the contract. */
  enroll(hostName: string, previousHostId?: string): Promise<{ hostId: string; credential: string }>;
  /** Enqueues a task to start the collector `active`. */
  enqueue(hostId: string, over?: Partial<NewTask>): Promise<string>;
  stateOf(taskId: string): Promise<string | undefined>;
  hostState(hostId: string): Promise<string | undefined>;
  /** Another replica over the same database, stopped with the site. */
  addReplica(config?: Partial<FleetConfig>): Promise<Fleet>;
  metricsText(): Promise<string>;
  stop(): Promise<void>;
};

/** Times short enough for tests, in the proportions of the real ones. */
const quick: Partial<FleetConfig> = {
  agentPort: 0,
  heartbeatIntervalMs: 300,
  leaseMs: 500,
  maintenanceIntervalMs: 40,
  pollIntervalMs: 100,
  wakeDebounceMs: 2,
  retryBaseMs: 1,
  retryMaxMs: 1,
  helloTimeoutMs: 700,
  drainGraceMs: 300,
};

/** Creates and starts a fleet on a database of its own. */
export async function createFleetSite(config: Partial<FleetConfig> = {}): Promise<FleetSite> {
  const db = await createTestDatabase({ migrations });
  const logger = createLogger({ name: "test", level: "silent" });
  const metrics = createMetrics({ processMetrics: false });
  const serve = { logger, metrics };
  const benchmark: FleetSite["benchmark"] = { stored: [], available: true, refuse: () => false, calls: 0 };
  const pipelines: FleetSite["pipelines"] = { configs: new Map(), calls: 0 };
  const neighbours = createInProcessTransport((router) => {
    router.service(BenchmarkService, {
      recordObservations({ observations }) {
        benchmark.calls += 1;
        if (!benchmark.available) throw new ConnectError("away", Code.Unavailable);
        if (observations.some(benchmark.refuse)) throw new ConnectError("bad observation", Code.InvalidArgument);
        benchmark.stored.push(...observations);
        return create(RecordObservationsResponseSchema, { inserted: observations.length });
      },
    });
    router.service(PipelineService, {
      getRenderedConfig({ configDigest }) {
        pipelines.calls += 1;
        const config = pipelines.configs.get(configDigest);
        if (config === undefined) throw phoenixError(ErrorReason.CONFIG_NOT_FOUND, "no such configuration");
        return { config: Buffer.from(config) };
      },
    });
  }, serve);
  const clients = createClients(neighbours, { benchmark: BenchmarkService, pipelines: PipelineService });
  const ended: EndedTask[] = [];
  const statuses: FleetSite["statuses"] = [];
  const makeFleet = (over: Partial<FleetConfig>) =>
    createFleet({
      db,
      logger,
      // A registry each: two replicas are two processes elsewhere.
      metrics: fleets.length === 0 ? metrics : createMetrics({ processMetrics: false }),
      clients,
      config: { ...quick, ...config, ...over },
      async onTaskEnd(_tx, task) {
        ended.push(task);
      },
      async onCollectorStatus(hostId, status) {
        statuses.push({ hostId, status });
      },
      onHeartbeat: () => undefined,
    });
  const fleets: Fleet[] = [];
  const addReplica = async (over: Partial<FleetConfig> = {}): Promise<Fleet> => {
    const fleet = makeFleet(over);
    fleets.push(fleet);
    await fleet.start();
    return fleet;
  };
  const fleet = await addReplica();
  const users = createClient(
    FleetService,
    createInProcessTransport((router) => fleet.routes(router), serve),
  );
  const remotes: { close(): void }[] = [];
  const agentCalls: FleetSite["agentCalls"] = (credential, protocol = "grpc") => {
    const remote = createRemoteTransport(`http://127.0.0.1:${fleet.agentServer.port}`, {
      protocol,
      interceptors: [
        (next) => (request) => {
          request.header.set("authorization", `Bearer ${credential}`);
          return next(request);
        },
      ],
    });
    remotes.push(remote);
    return createClient(AgentService, remote);
  };

  return {
    db,
    fleet,
    users,
    agentCalls,
    ended,
    statuses,
    benchmark,
    pipelines,
    addReplica,
    async enroll(hostName, previousHostId = "") {
      const { secret } = await users.createEnrollmentToken({ maxUses: 1 });
      const request = { enrollmentToken: secret, facts: { hostName }, previousHostId };
      return agentCalls("").enroll(request);
    },
    enqueue: (hostId, over = {}) =>
      db.transaction((tx) =>
        enqueueTask(tx, {
          hostId,
          kind: "collector",
          action: TaskAction.START,
          subject: { case: "collector", value: { collectorId: "active", configDigest: "a".repeat(64) } },
          subjectName: "active",
          ...over,
        }),
      ),
    stateOf: async (taskId) => (await getTask(db, taskId))?.state,
    async hostState(hostId) {
      const [row] = await db.query<{ state: string }>(`select state from agent_status where host_id = $1`, [hostId]);
      return row?.state;
    },
    metricsText: () => metrics.text(),
    async stop() {
      for (const remote of remotes) remote.close();
      await Promise.all(fleets.map((one) => one.stop()));
      await db.close();
    },
  };
}
