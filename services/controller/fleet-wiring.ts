import type { Client, ConnectRouter } from "@connectrpc/connect";
import type { CollectorStatus, Heartbeat } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import type { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import type { Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import type { Metrics } from "@phoenix/platform/telemetry";
import { createFleetService } from "./api/fleet-service.ts";
import { createHostFeed, hostRevokedChannel } from "./fleet/index.ts";
import { type FleetConfig, resolveFleetConfig } from "./fleet-config.ts";
import { createFleetMaintenance } from "./fleet-maintenance.ts";
import { createSessions } from "./sessions/index.ts";
import { createDispatcher, type TaskEndListener } from "./tasks/index.ts";

/** What the fleet needs. */
export type FleetOptions = {
  db: Database;
  logger: Logger;
  metrics: Metrics;
  clients: { benchmark: Client<typeof BenchmarkService>; pipelines: Client<typeof PipelineService> };
  /** What differs from the defaults of fleet-config. */
  config: Partial<FleetConfig>;
  /** Told of every end of a task, in the transaction that stores it, which may run again after a deadlock. */
  onTaskEnd: TaskEndListener;
  /** Told how a collector stands: at every change, and of all of a host's after each Hello. */
  onCollectorStatus(hostId: string, status: CollectorStatus): Promise<void>;
  /** Told of every heartbeat; stores nothing and never throws. */
  onHeartbeat(hostId: string, heartbeat: Heartbeat): void;
};

/** Hosts, their agents and their tasks. */
export type Fleet = Service & {
  /** Adds FleetService to the API port. */
  routes(router: ConnectRouter): void;
  /** The port agents dial; its number is known after the start. */
  readonly agentServer: { readonly port: number };
  /** Runs every maintenance duty once. */
  reconcileOnce(): Promise<void>;
};

/** Creates the fleet side of the controller. */
export function createFleet(options: FleetOptions): Fleet {
  const { db, metrics, clients, onTaskEnd, onCollectorStatus, onHeartbeat } = options;
  const logger = options.logger.child({ part: "fleet" });
  const config = resolveFleetConfig(options.config);
  const { retryBaseMs, retryMaxMs, leaseMs } = config;
  const rules = { retryBaseMs, retryMaxMs, leaseMs, onTaskEnd };

  const assigned = metrics.counter({ name: "phoenix_tasks_assigned_total", help: "Tries of tasks given to agents." });
  const feed = createHostFeed({ db, logger, pollIntervalMs: config.pollIntervalMs });
  const sessions = createSessions({
    db,
    logger,
    metrics,
    clients,
    config,
    rules,
    onCollectorStatus,
    onHeartbeat,
    onHostChanged: () => feed.touch(),
    wakeDispatcher: (hostId) => dispatcher.wake(hostId),
    onTryEnd: (hostId) => dispatcher.tryEnded(hostId),
  });
  const dispatcher = createDispatcher({
    db,
    logger,
    agents: sessions.agents,
    leaseMs,
    pollIntervalMs: config.pollIntervalMs,
    wakeDebounceMs: config.wakeDebounceMs,
    claimBatch: config.claimBatch,
    onAssigned: (count) => assigned.inc(count),
  });
  const maintenance = createFleetMaintenance({ db, logger, config, rules });
  const service = createFleetService({ db, feed, onTaskEnd, enrollmentTtlMs: config.enrollmentTtlMs });
  let stopListening: (() => Promise<void>) | undefined;
  let stopped: Promise<void> | undefined;

  const stop = async (): Promise<void> => {
    await feed.stop();
    await dispatcher.stop();
    await sessions.stop();
    await stopListening?.();
    await maintenance.stop();
  };

  return {
    routes: (router) => void router.service(FleetService, service),
    agentServer: {
      get port() {
        return sessions.port;
      },
    },
    async start() {
      // A notice that was missed is made up for by the next sign of life, which finds the host gone.
      stopListening = await db.listen(hostRevokedChannel, (hostId) => sessions.closeHost(hostId));
      await maintenance.start();
      await feed.start();
      await dispatcher.start();
      await sessions.start();
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
    async reconcileOnce() {
      await maintenance.runOnce();
      await sessions.checkLiveness();
      dispatcher.wake();
    },
  };
}
