import { create } from "@bufbuild/protobuf";
import type { ConnectRequest, Welcome } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { ObservationAckSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { ErrorReason, isPhoenixError } from "@phoenix/platform/errors";
import type { Logger } from "@phoenix/platform/logging";
import { type AgentSession, newAgentSession } from "./agent-session.ts";
import type { Conversation } from "./conversation.ts";
import { type EndingCause, endingOf } from "./ending.ts";
import { createSerialLane } from "./serial-lane.ts";
import type { SessionRegistry } from "./session-registry.ts";
import { retryWhileUnavailable } from "./store-retry.ts";
import { type AgentStream, createStreamLink } from "./stream-link.ts";

/** What the sessions on streams share. */
export type StreamSessionOptions = {
  registry: SessionRegistry;
  conversation: Conversation;
  logger: Logger;
  limits: {
    helloTimeoutMs: number;
    maxOutboxMessages: number;
    maxInboxMessages: number;
    maxObservationBatches: number;
  };
  /** Fails the call on the wire. */
  fail(call: AgentStream, error: NonNullable<ReturnType<typeof endingOf>["error"]>): void;
  /** Counts endings. */
  onEnd(cause: EndingCause): void;
  /** Keeps work that outlives its stream until it is done. */
  track(work: Promise<void>): void;
};

/**
 * Holds a conversation on a stream whose agent is known: Welcome goes out, then
 * what the agent says is handled, in order where order matters. Returns at once.
 */
export function holdStreamSession(
  call: AgentStream,
  identity: Parameters<typeof newAgentSession>[0],
  welcome: Welcome,
  options: StreamSessionOptions,
): void {
  const { registry, conversation, limits } = options;
  const { hostId } = identity;
  const logger = options.logger.child({ hostId, session: identity.session.toString() });
  const closed = new AbortController();
  const lane = createSerialLane(limits.maxInboxMessages);
  let expected = 1n;
  let observing = 0;
  let saidGoodbye = false;

  const link = createStreamLink({
    call,
    maxOutboxMessages: limits.maxOutboxMessages,
    fail: (error) => options.fail(call, error),
    onClose(cause) {
      clearTimeout(helloTimer);
      registry.remove(session);
      closed.abort();
      options.onEnd(cause);
      options.track(lane.idle());
      const { host, agent } = endingOf(cause);
      logger.info({ cause, host, agent }, "a session of an agent ended");
    },
  });
  const session: AgentSession = newAgentSession(identity, link, false);
  const helloTimer = setTimeout(() => link.close("no-hello"), limits.helloTimeoutMs);

  /** Queues work that stores something. */
  const store = (work: () => Promise<unknown>): void => {
    const queued = lane.push(async () => {
      try {
        await retryWhileUnavailable(work, closed.signal);
      } catch (error) {
        if (isPhoenixError(error, ErrorReason.STALE_TOKEN)) link.close("newer-session");
        else {
          logger.error({ err: error }, "a message of an agent could not be handled");
          link.close("internal");
        }
      }
    });
    if (!queued) link.close("flood");
  };

  const observe = (batch: Extract<ConnectRequest["message"], { case: "observations" }>["value"]): void => {
    // More than the benchmark takes: not acknowledged, so they come again.
    if (observing >= limits.maxObservationBatches) return;
    observing += 1;
    void conversation.observe(session, batch.observations).then((stored) => {
      observing -= 1;
      if (!stored) return;
      link.send({ case: "observationAck", value: create(ObservationAckSchema, { batchId: batch.batchId }) });
    });
  };

  const handle = (message: ConnectRequest["message"]): void => {
    switch (message.case) {
      case "hello":
        clearTimeout(helloTimer);
        store(() => conversation.introduce(session, message.value));
        break;
      case "heartbeat":
        conversation.heartbeat(session, message.value);
        break;
      case "taskUpdate":
        store(() => conversation.report(session, message.value));
        break;
      case "observations":
        observe(message.value);
        break;
      case "logs":
        conversation.log(session, message.value);
        break;
      case "collectorStatus":
        store(() => conversation.collectorChanged(session, message.value));
        break;
      case "goodbye":
        saidGoodbye = true;
        store(async () => {
          await conversation.depart(session);
          link.close("goodbye");
        });
        break;
      default:
        link.close("broken-protocol");
    }
  };

  const hear = ({ sequence, message }: ConnectRequest): void => {
    session.heardAtMs = performance.now();
    const wellFormed = sequence === expected && (message.case === "hello" || expected > 1n);
    if (wellFormed && !saidGoodbye) handle(message);
    else link.close("broken-protocol");
    expected += 1n;
  };

  // Every way a stream goes away comes here, often several at once; an `end` need not be a goodbye.
  const gone = (): void => {
    if (!saidGoodbye) link.close("transport-closed");
    else options.track(lane.idle().then(() => link.close("goodbye")));
  };

  if (!registry.open(session)) {
    link.close("newer-session");
    return;
  }
  link.send({ case: "welcome", value: welcome });
  call.on("data", hear);
  call.on("end", gone);
  call.on("cancelled", gone);
  call.on("close", gone);
  call.on("error", gone);
  if (call.cancelled) gone();
}
