import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { Client } from "@connectrpc/connect";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import type { CollectorStatus, Heartbeat } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { phoenixError } from "@phoenix/platform/errors";
import { createGathering, type Service, sleep } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { createAgentServer, failCall } from "@phoenix/platform/rpc";
import type { Metrics } from "@phoenix/platform/telemetry";
import { hasComponentSet } from "../fleet/index.ts";
import type { FleetConfig } from "../fleet-config.ts";
import { type AgentDirectory, type AttemptRules, createReportIntake } from "../tasks/index.ts";
import { createAdmission } from "./admission.ts";
import { createAgentService, type SessionTerms, welcomeOf } from "./agent-service.ts";
import type { AgentSession } from "./agent-session.ts";
import { createComponentAsker } from "./component-asker.ts";
import { createConfigCache } from "./config-cache.ts";
import { createConversation } from "./conversation.ts";
import { createFigureIntake } from "./figure-intake.ts";
import { createHeartbeatPace } from "./heartbeat-pace.ts";
import { introduceAgents } from "./introduce-agents.ts";
import { createLeaseRenewer } from "./lease-renewer.ts";
import { createLiveness } from "./liveness.ts";
import { createObservationForwarder } from "./observation-forwarder.ts";
import { beginSession, openSessions } from "./open-session.ts";
import { createPollSessions } from "./poll-sessions.ts";
import { createSessionMetrics } from "./session-metrics.ts";
import { createSessionRegistry } from "./session-registry.ts";
import { holdStreamSession } from "./stream-session.ts";

/** What the sessions need. */
export type SessionsOptions = {
  db: Database;
  logger: Logger;
  metrics: Metrics;
  clients: { benchmark: Client<typeof BenchmarkService>; pipelines: Client<typeof PipelineService> };
  config: FleetConfig;
  rules: AttemptRules & { leaseMs: number };
  onCollectorStatus(hostId: string, status: CollectorStatus): Promise<void>;
  onHeartbeat(hostId: string, heartbeat: Heartbeat): void;
  onHostChanged(): void;
  wakeDispatcher(hostId: string): void;
  /** A try of this host has ended, and that is stored. */
  onTryEnd(hostId: string): void;
};

/** The agent port and all conversations on it. */
export type Sessions = Service & {
  /** The agents this replica can reach. */
  readonly agents: AgentDirectory;
  /** Port of the agents; only after the start. */
  readonly port: number;
  /** Ends the session of a host that was removed. */
  closeHost(hostId: string): void;
  /** Looks once after silent agents. */
  checkLiveness(): Promise<void>;
};

/** Sessions told something between two turns of the event loop; measured to halve the time of a broadcast. */
const sliceSize = 250;

/** Least time between two transactions that open sessions: a flood of agents goes in steps. */
const openSpacingMs = 20;

/** Creates the agent port: streams, the fallback, and what watches over both. */
export function createSessions(options: SessionsOptions): Sessions {
  const { db, logger, config, rules } = options;
  const counters = createSessionMetrics(options.metrics);
  const registry = createSessionRegistry(counters.sessions);
  const forwarder = createObservationForwarder({
    benchmark: options.clients.benchmark,
    logger,
    limits: {
      maxCallObservations: 4096,
      maxCallBytes: 3 * 1024 * 1024,
      maxWaitingBytes: config.maxObservationBytes,
      callTimeoutMs: config.observationTimeoutMs,
    },
  });
  const leases = createLeaseRenewer({
    db,
    logger,
    leaseMs: config.leaseMs,
    intervalMs: Math.max(50, config.heartbeatIntervalMs / 6),
    onStale: counters.staleLeases,
  });
  const { onHostChanged, wakeDispatcher, onCollectorStatus, onHeartbeat } = options;
  const { heartbeatIntervalMs, missedHeartbeats } = config;
  const figures = createFigureIntake({
    db,
    logger,
    intervalMs: heartbeatIntervalMs,
    spacingMs: config.figuresSpacingMs,
  });
  const pace = createHeartbeatPace(heartbeatIntervalMs);
  const liveness = createLiveness({ db, logger, registry, pace, heartbeatIntervalMs, missedHeartbeats, onHostChanged });
  const components = createComponentAsker({ isStored: (digest) => hasComponentSet(db, digest), logger });
  const conversation = createConversation({
    db,
    logger,
    forwarder,
    leases,
    figures,
    components,
    reports: createReportIntake({ db, rules, maxBatch: config.reportBatch, onTryEnd: options.onTryEnd }),
    introductions: createGathering({
      work: (introductions) => introduceAgents(db, introductions, rules),
      keyOf: ({ hostId }) => hostId,
      maxBatch: config.openBatch,
      hands: 1,
      spacingMs: openSpacingMs,
      maxWaiting: config.maxAdmissionsWaiting,
    }),
    onCollectorStatus,
    onHeartbeat,
    onHostChanged,
    wakeDispatcher,
    onReport: counters.report,
  });
  const welcome = (terms: SessionTerms) => welcomeOf(config, terms);
  const polls = createPollSessions({
    registry,
    conversation,
    logger,
    pollWaitMs: config.pollWaitMs,
    heartbeatIntervalMs: pace.intervalMs,
    begin: (identity, intervalMs) => beginSession(db, identity, intervalMs),
    welcome,
    wakeDispatcher,
    onEnd: counters.end,
  });

  let stopping = false;
  const unfinished = new Set<Promise<void>>();
  const service = createAgentService({
    db,
    logger,
    admission: createAdmission({ maxInside: config.maxAdmissions, maxWaiting: config.maxAdmissionsWaiting }),
    openings: createGathering({
      work: (credentials) => openSessions(db, credentials, pace.intervalMs()),
      keyOf: (credential) => credential,
      maxBatch: config.openBatch,
      hands: 1,
      spacingMs: openSpacingMs,
      maxWaiting: config.maxAdmissionsWaiting,
    }),
    configs: createConfigCache({ pipelines: options.clients.pipelines, capacity: config.configCacheEntries }),
    polls,
    onComponents: components.told,
    hold: (call, identity, first) =>
      holdStreamSession(call, identity, first, {
        registry,
        conversation,
        logger,
        limits: config,
        fail: (failed, { code, reason, message }) => failCall(failed, phoenixError(reason, message, { code })),
        onEnd: counters.end,
        track(work) {
          unfinished.add(work);
          void work.finally(() => unfinished.delete(work));
        },
      }),
    welcome,
    credentialTtlMs: config.credentialTtlMs,
    onTaskEnd: rules.onTaskEnd,
    stopping: () => stopping,
  });
  const server = createAgentServer({
    host: config.agentHost,
    port: config.agentPort,
    insecure: config.insecure,
    logger,
    metrics: options.metrics,
    ready: async () => ((await db.healthy()) ? { ready: true, reasons: [] } : { ready: false, reasons: ["database"] }),
    ...(config.agentTls === null ? {} : { tls: config.agentTls }),
  });
  server.serve(AgentService, service);

  const tellAll = async (tell: (session: AgentSession) => void): Promise<void> => {
    for (const [index, session] of registry.all().entries()) {
      if (index > 0 && index % sliceSize === 0) await yieldToOthers();
      tell(session);
    }
  };

  const stop = async (): Promise<void> => {
    stopping = true;
    await tellAll((session) => session.link.drain(config.drainRetryMs, "the server is stopping"));
    await Promise.race([registry.whenEmpty(), sleep(config.drainGraceMs)]);
    await tellAll((session) => session.link.close("server-stopping"));
    await server.stop(config.drainGraceMs);
    await Promise.all(unfinished);
    await leases.stop();
    await figures.stop();
    await liveness.stop();
    await forwarder.stop();
  };
  let stopped: Promise<void> | undefined;

  return {
    agents: registry,
    get port() {
      return server.port;
    },
    closeHost: (hostId) => registry.get(hostId)?.link.close("host-removed"),
    checkLiveness: liveness.check,
    async start() {
      await leases.start();
      await figures.start();
      await pace.refresh(db);
      await liveness.start();
      await server.start();
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}
