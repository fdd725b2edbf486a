import { create } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { ServiceError } from "@grpc/grpc-js";
import {
  type ConnectRequest,
  ConnectRequestSchema,
  type ConnectResponse,
  type Welcome,
} from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Code } from "@phoenix/platform/errors";
import { type ControllerPort, type ControllerStream, readCallFailure } from "../controller-port/index.ts";
import { durationMsOf } from "./duration.ts";
import type { RawEnding } from "./judge-ending.ts";
import type { ControllerEvent, Session, SessionHost, UplinkTransport } from "./transport.ts";

/** Limits of a stream; the defaults are for use, others for tests. */
export type StreamLimits = {
  /** Longest wait for the Welcome, in milliseconds; a destroyed call says nothing at all. Default 10,000. */
  welcomeTimeoutMs?: number;
  /** Longest wait for the server's end after ours, in milliseconds; default 2,000. */
  leaveTimeoutMs?: number;
};

/** The transport that holds a session as one bidirectional stream. */
export function createStreamTransport(port: ControllerPort, limits: StreamLimits = {}): UplinkTransport {
  let lastSequenceSeen = 0n;
  return {
    async converse(credential, host, leave) {
      const { stream, close } = port.connect(credential);
      try {
        return await holdStream(stream, host, leave, limits, {
          seen: () => lastSequenceSeen,
          see: (sequence) => {
            lastSequenceSeen = sequence;
          },
        });
      } finally {
        stream.cancel();
        close();
      }
    },
  };
}

type Numbering = { seen(): bigint; see(sequence: bigint): void };

function holdStream(
  stream: ControllerStream,
  host: SessionHost,
  leave: AbortSignal,
  { welcomeTimeoutMs = 10_000, leaveTimeoutMs = 2_000 }: StreamLimits,
  numbering: Numbering,
): Promise<RawEnding> {
  return new Promise((resolve) => {
    let sequence = 0n;
    let openedAt: number | null = null;
    let drain: RawEnding["drain"] = null;
    let over = false;
    const pending = new Set<(sent: boolean) => void>();

    const end = (code: Code | null, words: string, refusedField: string | null = null): void => {
      if (over) return;
      over = true;
      clearTimeout(patience);
      leave.removeEventListener("abort", onLeave);
      for (const settle of pending) settle(false);
      const openMs = openedAt === null ? null : performance.now() - openedAt;
      resolve({ left: leave.aborted, drain, openMs, code, refusedField, words });
    };

    const write = (message: ConnectRequest["message"]): Promise<boolean> => {
      if (over || stream.destroyed || stream.writableEnded) return Promise.resolve(false);
      return new Promise((settle) => {
        pending.add(settle);
        // Called once the transport took it; the end of the stream answers for those it never took.
        stream.write(create(ConnectRequestSchema, { sequence: ++sequence, message }), (error?: Error | null) => {
          pending.delete(settle);
          settle(error === undefined || error === null);
        });
      });
    };

    const sayHello = (lastSeen: bigint): void => {
      // A hello that does not get out is told by the end of the stream.
      void write({ case: "hello", value: host.hello(lastSeen) });
    };

    const onWelcome = (welcome: Welcome): void => {
      clearTimeout(patience);
      openedAt = performance.now();
      sayHello(numbering.seen());
      numbering.see(0n);
      if (welcome.controllerTime !== undefined) {
        host.event({ kind: "time", controllerTimeMs: timestampMs(welcome.controllerTime) });
      }
      const session: Session = { welcome, send: write };
      host.opened(session);
    };

    const onMessage = ({ sequence: number, message }: ConnectResponse): void => {
      if (over) return;
      if (openedAt === null) {
        if (message.case === "welcome") onWelcome(message.value);
        else end(null, "the controller spoke before its Welcome");
        return;
      }
      numbering.see(number);
      if (message.case === "reportFullState") sayHello(number);
      else if (message.case === "drain") {
        drain = { retryAfterMs: durationMsOf(message.value.retryAfter), reason: message.value.reason };
        stream.end();
        patience = setTimeout(() => end(null, "the controller did not end the drained stream"), leaveTimeoutMs);
      } else {
        const event = toEvent(message);
        if (event !== null) host.event(event);
      }
    };

    const onLeave = (): void => {
      clearTimeout(patience);
      stream.end();
      patience = setTimeout(() => end(null, "left; the controller did not end the stream"), leaveTimeoutMs);
    };

    let patience = setTimeout(
      () => end(null, `no Welcome within ${welcomeTimeoutMs} ms; is this the agent port of a Phoenix server?`),
      welcomeTimeoutMs,
    );
    stream.on("data", onMessage);
    stream.on("end", () => end(null, "the controller ended the stream"));
    stream.on("error", (failure) => {
      const { code, message, metadata } = readCallFailure(failure as ServiceError);
      end(code, message, metadata.field ?? null);
    });
    if (leave.aborted) end(null, "left before the stream was open");
    else leave.addEventListener("abort", onLeave, { once: true });
  });
}

/** The event in a message; null for one of a newer contract. */
function toEvent(message: ConnectResponse["message"]): ControllerEvent | null {
  if (message.case === "taskAssignment") return { kind: "assignment", assignment: message.value };
  if (message.case === "taskCancel") return { kind: "cancel", cancel: message.value };
  if (message.case === "reportComponents") return { kind: "components-wanted" };
  if (message.case === "observationAck") return { kind: "acknowledgement", batchId: message.value.batchId };
  return null;
}
