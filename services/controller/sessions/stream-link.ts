import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import {
  type ConnectRequest,
  type ConnectResponse,
  ConnectResponseSchema,
} from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { AgentLink } from "./agent-link.ts";
import { type EndingCause, endingOf } from "./ending.ts";

/** The server's side of a stream. */
export type AgentStream = ServerDuplexStream<ConnectRequest, ConnectResponse | Buffer>;

/** A stream as a link. */
export type StreamLink = AgentLink & {
  /** Sends a message; false when the link is closed. A full outbox closes it. */
  send(message: ConnectResponse["message"]): boolean;
  /** Why it was closed; undefined while it is open. */
  closedBy(): EndingCause | undefined;
};

/**
 * Creates the link of a stream. A write is always accepted, so an agent that
 * does not read is found by the length of its queue: half full it gets no more
 * work, full it is cut off, alone.
 */
export function createStreamLink(options: {
  call: AgentStream;
  maxOutboxMessages: number;
  /** Fails the call on the wire. */
  fail(error: NonNullable<ReturnType<typeof endingOf>["error"]>): void;
  onClose(cause: EndingCause): void;
}): StreamLink {
  const { call, maxOutboxMessages } = options;
  let sequence = 0n;
  let closedBy: EndingCause | undefined;

  const close = (cause: EndingCause): void => {
    if (closedBy !== undefined) return;
    closedBy = cause;
    const { error } = endingOf(cause);
    if (!call.cancelled) {
      if (error === null) call.end();
      else options.fail(error);
    }
    options.onClose(cause);
  };

  const send = (message: ConnectResponse["message"]): boolean => {
    if (closedBy !== undefined || call.cancelled) return false;
    if (call.writableLength >= maxOutboxMessages) {
      close("slow-reader");
      return false;
    }
    sequence += 1n;
    call.write(create(ConnectResponseSchema, { sequence, message }));
    return true;
  };

  const congested = (): boolean => call.writableLength >= maxOutboxMessages / 2;

  return {
    kind: "stream",
    ready: () => closedBy === undefined && !congested(),
    congested,
    send,
    closedBy: () => closedBy,
    assign: (assignment) => send({ case: "taskAssignment", value: assignment }),
    cancel: (cancel) => send({ case: "taskCancel", value: cancel }),
    requestFullState() {
      send(create(ConnectResponseSchema, { message: { case: "reportFullState", value: {} } }).message);
    },
    requestComponents() {
      send(create(ConnectResponseSchema, { message: { case: "reportComponents", value: {} } }).message);
    },
    drain(retryAfterMs, reason) {
      const value = { retryAfter: durationFromMs(retryAfterMs), reason };
      send(create(ConnectResponseSchema, { message: { case: "drain", value } }).message);
    },
    close,
  };
}
