import { durationFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import {
  AgentService,
  type PollTasksResponse,
  type SendHeartbeatResponse,
} from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import type { Welcome } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { Code, ErrorReason, isPhoenixError, phoenixError } from "@phoenix/platform/errors";
import type { Logger } from "@phoenix/platform/logging";
import type { ControllerPort } from "../controller-port/index.ts";
import type { RawEnding } from "./judge-ending.ts";
import { createPollMessages, type PollMessages } from "./poll-messages.ts";
import type { Session, SessionHost, UplinkTransport } from "./transport.ts";

/** Limits of polling; the defaults are for use, others for tests. */
export type PollLimits = {
  /** How long one PollTasks may wait at the server, in milliseconds; default 25,000, the server's limit is 30,000. */
  waitMs?: number;
};

/** Time a call may take beyond the wait it asks for, in milliseconds. */
const callTimeoutMs = 10_000;

/**
 * The transport for networks without streams: the same session in unary calls,
 * which a port made for it carries over HTTP/1.1.
 * Any call that fails ends the session, except where only its content was refused.
 */
export function createPollTransport(port: ControllerPort, logger: Logger, limits: PollLimits = {}): UplinkTransport {
  const { waitMs = 25_000 } = limits;
  const messages = createPollMessages(logger);
  return {
    async converse(credential, host, leave) {
      const conversation = new AbortController();
      const polling = AbortSignal.any([leave, conversation.signal]);
      let openedAt: number | null = null;
      try {
        const opening = await introduce(port, credential, host, 0n, conversation.signal);
        openedAt = performance.now();
        const state = { session: opening.session };
        const broken = Promise.withResolvers<never>();
        // Nobody may be looking when it breaks after the session was left.
        broken.promise.catch(() => undefined);
        host.opened(createSession({ port, credential, host, messages, state, opening, conversation, broken }));
        while (!leave.aborted) {
          const poll = port.call(
            AgentService.method.pollTasks,
            { session: state.session, wait: durationFromMs(waitMs) },
            { credential, timeoutMs: waitMs + callTimeoutMs, signal: polling },
          );
          const work = await Promise.race([poll, broken.promise]);
          deliver(work, host);
          if (work.reportFullState) {
            const again = await introduce(port, credential, host, state.session, conversation.signal);
            state.session = again.session;
          }
        }
        return ending(leave, openedAt, null, "left");
      } catch (error) {
        const failure = isPhoenixError(error) ? error : phoenixError(ErrorReason.INTERNAL, String(error));
        return ending(leave, openedAt, failure.code, failure.message);
      } finally {
        conversation.abort();
      }
    },
  };
}

function ending(leave: AbortSignal, openedAt: number | null, code: Code | null, words: string): RawEnding {
  const openMs = openedAt === null ? null : performance.now() - openedAt;
  return { left: leave.aborted, drain: null, openMs, code, refusedField: null, words };
}

/** Says hello; the answer opens a session. */
async function introduce(
  port: ControllerPort,
  credential: string,
  host: SessionHost,
  session: bigint,
  signal: AbortSignal,
): Promise<Welcome> {
  const sentAt = performance.now();
  const answer = await port.call(
    AgentService.method.sendHeartbeat,
    { session, hello: host.hello(0n) },
    { credential, timeoutMs: callTimeoutMs, signal },
  );
  tellTime(answer, host, performance.now() - sentAt);
  if (answer.welcome !== undefined) return answer.welcome;
  throw phoenixError(ErrorReason.INTERNAL, "the controller answered the agent's introduction without a Welcome");
}

function deliver(work: PollTasksResponse, host: SessionHost): void {
  for (const cancel of work.cancels) host.event({ kind: "cancel", cancel });
  for (const assignment of work.assignments) host.event({ kind: "assignment", assignment });
  if (work.reportComponents) host.event({ kind: "components-wanted" });
}

/** The controller's clock was read half a round trip ago. */
function tellTime(answer: SendHeartbeatResponse, host: SessionHost, roundTripMs: number): void {
  const time = answer.welcome?.controllerTime;
  if (time !== undefined) host.event({ kind: "time", controllerTimeMs: timestampMs(time) + roundTripMs / 2 });
}

function createSession(parts: {
  port: ControllerPort;
  credential: string;
  host: SessionHost;
  messages: PollMessages;
  state: { session: bigint };
  opening: Welcome;
  conversation: AbortController;
  broken: { reject(reason: unknown): void };
}): Session {
  const { port, credential, host, messages, state, conversation, broken } = parts;
  return {
    welcome: parts.opening,
    async send(message) {
      if (conversation.signal.aborted) return false;
      const sentAt = performance.now();
      try {
        const options = { credential, timeoutMs: callTimeoutMs, signal: conversation.signal };
        const answer = await messages.post(port, state.session, message, options);
        if (answer !== null) tellTime(answer, host, performance.now() - sentAt);
      } catch (error) {
        if (conversation.signal.aborted) return false;
        if (message.case === "observations" && isPhoenixError(error) && error.code === Code.InvalidArgument) {
          host.event({ kind: "refusal", batchId: message.value.batchId });
          return true;
        }
        if (!messages.refusedForGood(state.session, message, error)) {
          broken.reject(error);
          return false;
        }
      }
      if (message.case === "observations") host.event({ kind: "acknowledgement", batchId: message.value.batchId });
      return true;
    },
  };
}
