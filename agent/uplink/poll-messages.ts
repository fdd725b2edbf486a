import { AgentService, type SendHeartbeatResponse } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import { Code, ErrorReason, isPhoenixError } from "@phoenix/platform/errors";
import type { Logger } from "@phoenix/platform/logging";
import type { CallOptions, ControllerPort } from "../controller-port/index.ts";
import type { AgentMessage } from "./transport.ts";

/** How the messages of a conversation travel without a stream. */
export type PollMessages = {
  /** Sends a message with the unary call that carries its kind; the answer when it says what the controller wants. */
  post(
    port: ControllerPort,
    session: bigint,
    message: AgentMessage,
    options: CallOptions,
  ): Promise<SendHeartbeatResponse | null>;
  /** True when the failure is about this message alone and sending it again cannot help: it was logged and is let go. */
  refusedForGood(session: bigint, message: AgentMessage, failure: unknown): boolean;
};

/** Creates the mapping; it remembers reports that were refused as stale over sessions. */
export function createPollMessages(logger: Logger): PollMessages {
  const staleIn = new Map<string, bigint>();

  return {
    async post(port, session, message, options) {
      const { sendHeartbeat, reportTask, pushObservations, pushLogs } = AgentService.method;
      switch (message.case) {
        case "heartbeat":
          return port.call(sendHeartbeat, { session, heartbeat: message.value }, options);
        case "collectorStatus":
          return port.call(sendHeartbeat, { session, collectors: [message.value] }, options);
        case "goodbye":
          return port.call(sendHeartbeat, { session, goodbye: message.value }, options);
        case "taskUpdate":
          await port.call(reportTask, { session, update: message.value }, options);
          return null;
        case "observations": {
          const { observations } = message.value;
          await port.call(pushObservations, { session, observations }, options);
          return null;
        }
        case "logs":
          await port.call(pushLogs, { session, batch: message.value }, options);
          return null;
      }
    },

    refusedForGood(session, message, failure) {
      if (!isPhoenixError(failure)) return false;
      const stale = failure.reason === ErrorReason.STALE_TOKEN && message.case === "taskUpdate";
      if (stale) {
        // A stale session refuses everything, a stale lease this report: under a second session it is the lease.
        const { taskId, attempt, leaseToken } = message.value;
        const key = `${taskId}/${attempt}/${leaseToken}`;
        const before = staleIn.get(key);
        if (before === undefined || before === session) {
          staleIn.set(key, session);
          return false;
        }
        staleIn.delete(key);
      } else if (failure.code !== Code.InvalidArgument && failure.code !== Code.NotFound) {
        return false;
      }
      logger.warn(
        { message: message.case, code: Code[failure.code], words: failure.message },
        "the controller refused a message for good; it is not sent again",
      );
      return true;
    },
  };
}
