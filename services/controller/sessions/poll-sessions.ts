import { durationMs } from "@bufbuild/protobuf/wkt";
import type {
  PollTasksRequest,
  PollTasksResponse,
  PushLogsRequest,
  PushObservationsRequest,
  ReportTaskRequest,
  SendHeartbeatRequest,
} from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import type { Welcome } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { Code, ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { Logger } from "@phoenix/platform/logging";
import type { AgentIdentity } from "../enrollment/index.ts";
import type { SessionTerms } from "./agent-service.ts";
import { type AgentSession, newAgentSession } from "./agent-session.ts";
import { type Conversation, staleSession } from "./conversation.ts";
import { type EndingCause, endingOf } from "./ending.ts";
import { createPollLink, type PollLink } from "./poll-link.ts";
import type { SessionRegistry } from "./session-registry.ts";

/** The conversation in single calls, for agents behind proxies without streams. */
export type PollSessions = {
  sendHeartbeat(identity: AgentIdentity, request: SendHeartbeatRequest): Promise<Welcome>;
  pollTasks(identity: AgentIdentity, request: PollTasksRequest, signal: AbortSignal): Promise<PollTasksResponse>;
  reportTask(identity: AgentIdentity, request: ReportTaskRequest): Promise<void>;
  pushObservations(identity: AgentIdentity, request: PushObservationsRequest): Promise<void>;
  pushLogs(identity: AgentIdentity, request: PushLogsRequest): Promise<void>;
};

/** What the sessions of polling agents share. */
export type PollSessionOptions = {
  registry: SessionRegistry;
  conversation: Conversation;
  logger: Logger;
  pollWaitMs: number;
  /** How often an agent is to be heard that begins a session now. */
  heartbeatIntervalMs(): number;
  /** Begins a session in the database and gives its number. */
  begin(identity: AgentIdentity, heartbeatIntervalMs: number): Promise<bigint>;
  welcome(session: SessionTerms): Welcome;
  wakeDispatcher(hostId: string): void;
  onEnd(cause: EndingCause): void;
};

/** Creates the fallback: the same registry, conversation and dispatcher as streams have. */
export function createPollSessions(options: PollSessionOptions): PollSessions {
  const { registry, conversation, logger } = options;
  const links = new WeakMap<AgentSession, PollLink>();

  const hold = (identity: AgentIdentity, number: bigint, intervalMs: number, introduced: boolean): AgentSession => {
    const { hostId, expireAt } = identity;
    const link = createPollLink({
      onPoll: () => options.wakeDispatcher(hostId),
      onClose(cause) {
        registry.remove(session);
        options.onEnd(cause);
        logger.info({ hostId, cause, ...outcomes(cause) }, "a session of a polling agent ended");
      },
    });
    const known = { hostId, session: number, credentialExpireAt: expireAt, heartbeatIntervalMs: intervalMs };
    const session: AgentSession = newAgentSession(known, link, introduced);
    if (!registry.open(session)) throw staleSession();
    links.set(session, link);
    return session;
  };

  /** The session a call names: this replica's, or taken over from one that answered the agent before. */
  const resume = (identity: AgentIdentity, number: bigint): AgentSession => {
    if (number === 0n || number !== identity.currentSession) throw staleSession();
    const held = registry.get(identity.hostId);
    const session = held?.session === number ? held : hold(identity, number, options.heartbeatIntervalMs(), true);
    session.heardAtMs = performance.now();
    return session;
  };

  return {
    async sendHeartbeat(identity, { session: number, hello, heartbeat, collectors, goodbye }) {
      let session: AgentSession;
      if (hello === undefined) session = resume(identity, number);
      else {
        const intervalMs = options.heartbeatIntervalMs();
        session = hold(identity, await options.begin(identity, intervalMs), intervalMs, false);
        await conversation.introduce(session, hello);
      }
      for (const status of collectors) await conversation.collectorChanged(session, status);
      if (heartbeat !== undefined) conversation.heartbeat(session, heartbeat);
      if (goodbye !== undefined) {
        await conversation.depart(session);
        session.link.close("goodbye");
      }
      return options.welcome(session);
    },
    async pollTasks(identity, request, signal) {
      const session = resume(identity, request.session);
      const link = links.get(session);
      if (link === undefined) {
        throw phoenixError(
          ErrorReason.STALE_TOKEN,
          "This session has a stream, which brings its work. Begin a session of its own with SendHeartbeat to poll.",
          { code: Code.FailedPrecondition },
        );
      }
      const asked = request.wait === undefined ? options.pollWaitMs : durationMs(request.wait);
      const response = await link.poll(Math.min(asked, options.pollWaitMs), signal);
      const ending = link.closedBy();
      if (ending !== undefined && response.assignments.length === 0) refuse(ending);
      session.heardAtMs = performance.now();
      return response;
    },
    async reportTask(identity, { session: number, update }) {
      const session = resume(identity, number);
      if (update === undefined) return;
      const verdict = await conversation.report(session, update);
      if (verdict === "accepted" || verdict === "duplicate") return;
      if (verdict === "stale") {
        throw phoenixError(
          ErrorReason.STALE_TOKEN,
          "The lease of this try was replaced by a newer one, or its task is over, so nothing was stored. Drop the report.",
          { metadata: { taskId: update.taskId } },
        );
      }
      throw phoenixError(
        ErrorReason.TASK_NOT_FOUND,
        `This host has no task ${update.taskId}, so nothing was stored. Drop the report.`,
        { metadata: { taskId: update.taskId } },
      );
    },
    async pushObservations(identity, { session: number, observations }) {
      const session = resume(identity, number);
      if (await conversation.observe(session, observations)) return;
      throw phoenixError(
        ErrorReason.SERVICE_UNAVAILABLE,
        "The observations could not be stored now. Keep them and send them again.",
      );
    },
    async pushLogs(identity, { session: number, batch }) {
      const session = resume(identity, number);
      if (batch !== undefined) conversation.log(session, batch);
    },
  };
}

function outcomes(cause: EndingCause) {
  const { host, agent } = endingOf(cause);
  return { host, agent };
}

function refuse(cause: EndingCause): void {
  if (cause === "server-stopping") {
    throw phoenixError(ErrorReason.SHUTTING_DOWN, "The server is shutting down. Try again elsewhere or later.");
  }
  const { error } = endingOf(cause);
  if (error !== null) throw phoenixError(error.reason, error.message, { code: error.code });
}
