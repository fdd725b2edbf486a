import type { CollectorStatus, Heartbeat, Hello, LogBatch } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { TaskUpdate } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Observation } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, isPhoenixError, type PhoenixError, phoenixError } from "@phoenix/platform/errors";
import type { Gathering } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { storeAgentDeparture, storeCollectorStatus } from "../fleet/index.ts";
import type { ReportIntake, ReportVerdict } from "../tasks/index.ts";
import type { AgentSession } from "./agent-session.ts";
import type { ComponentAsker } from "./component-asker.ts";
import type { FigureIntake } from "./figure-intake.ts";
import type { Introduced, Introduction } from "./introduce-agents.ts";
import type { LeaseRenewer } from "./lease-renewer.ts";
import type { ObservationForwarder } from "./observation-forwarder.ts";

/**
 * What agents say, whichever way it comes. Calls that store something may be
 * repeated after DATABASE_UNAVAILABLE, and reject with STALE_TOKEN once a newer
 * session of the host exists.
 */
export type Conversation = {
  introduce(session: AgentSession, hello: Hello): Promise<void>;
  heartbeat(session: AgentSession, heartbeat: Heartbeat): void;
  report(session: AgentSession, update: TaskUpdate): Promise<ReportVerdict>;
  /** True once the observations are stored. */
  observe(session: AgentSession, observations: readonly Observation[]): Promise<boolean>;
  log(session: AgentSession, batch: LogBatch): void;
  collectorChanged(session: AgentSession, status: CollectorStatus): Promise<void>;
  depart(session: AgentSession): Promise<void>;
};

/** What a conversation needs. */
export type ConversationOptions = {
  db: Database;
  logger: Logger;
  forwarder: ObservationForwarder;
  leases: LeaseRenewer;
  figures: Pick<FigureIntake, "take">;
  reports: ReportIntake;
  components: Pick<ComponentAsker, "named" | "heard">;
  /** Stores what agents say of themselves, many at a time; null where a newer session replaced the agent's. */
  introductions: Gathering<Introduction, Introduced | null>;
  /** Told how a collector stands, after it is stored; of all of them after a Hello. */
  onCollectorStatus(hostId: string, status: CollectorStatus): Promise<void>;
  /** Told of every heartbeat; stores nothing and never throws. */
  onHeartbeat(hostId: string, heartbeat: Heartbeat): void;
  /** The host changed in a way its watchers want to see. */
  onHostChanged(): void;
  /** There may be work for a host now. */
  wakeDispatcher(hostId: string): void;
  onReport(verdict: ReportVerdict): void;
};

/** The refusal of words from a session that a newer one replaced. */
export function staleSession(): PhoenixError {
  return phoenixError(
    ErrorReason.STALE_TOKEN,
    "This session of the host was replaced by a newer one, so nothing was stored. Introduce the agent again.",
  );
}

/** Creates the conversation that streams and polls share. */
export function createConversation(options: ConversationOptions): Conversation {
  const { db, logger, onCollectorStatus } = options;

  // What somebody makes of a status must not cost the agent its session.
  const tell = async (hostId: string, status: CollectorStatus): Promise<void> => {
    try {
      await onCollectorStatus(hostId, status);
    } catch (error) {
      if (isPhoenixError(error, ErrorReason.DATABASE_UNAVAILABLE)) throw error;
      logger.error({ err: error, hostId, collectorId: status.collectorId }, "a collector's status was not acted on");
    }
  };

  return {
    async introduce(session, hello) {
      if (hello.facts === undefined) throw phoenixError(ErrorReason.INVALID_FIELD, "A Hello needs the host's facts.");
      const { facts, collectors, unfinished } = hello;
      const { hostId, session: number } = session;
      const counts = await options.introductions.add({ hostId, session: number, facts, collectors, unfinished });
      if (counts === null) throw staleSession();
      session.introduced = true;
      logger.debug(
        { hostId: session.hostId, session: session.session.toString(), ...counts },
        "an agent introduced itself",
      );
      options.components.named(session, facts.collectorComponentsDigest);
      options.onHostChanged();
      // One that began to wait just now is found by the next look at everything.
      if (counts.hasTasks) options.wakeDispatcher(session.hostId);
      for (const collector of hello.collectors) await tell(session.hostId, collector);
    },
    heartbeat(session, heartbeat) {
      session.agentCpuRatio = heartbeat.agentCpuRatio;
      session.agentRssBytes = heartbeat.agentRssBytes;
      options.figures.take(session.hostId, heartbeat);
      options.components.heard(session);
      options.onHeartbeat(session.hostId, heartbeat);
      options.leases.renew(heartbeat.workingOn.map((attempt) => ({ ...attempt, hostId: session.hostId })));
    },
    async report(session, update) {
      const verdict = await options.reports.report(session, update);
      options.onReport(verdict);
      if (verdict === "stale" || verdict === "unknown") {
        const { taskId, attempt } = update;
        logger.info({ hostId: session.hostId, taskId, attempt, verdict }, "a report of a task was refused");
      }
      return verdict;
    },
    observe: (session, observations) => options.forwarder.forward(session.hostId, observations),
    log(session, batch) {
      for (const { collectorId, level, line } of batch.lines) {
        logger.info({ hostId: session.hostId, collectorId, agentLevel: level, line }, "an agent's log line");
      }
    },
    async collectorChanged(session, status) {
      if (!(await storeCollectorStatus(db, session, status))) throw staleSession();
      options.onHostChanged();
      await tell(session.hostId, status);
    },
    async depart(session) {
      if (!(await storeAgentDeparture(db, session))) throw staleSession();
      options.onHostChanged();
    },
  };
}
