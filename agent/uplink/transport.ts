import type { ConnectRequest, Hello, Welcome } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { TaskAssignment, TaskCancel } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { RawEnding } from "./judge-ending.ts";

/** What an agent says, without the stream's own numbering. */
export type AgentMessage = Exclude<ConnectRequest["message"], { case: undefined } | { case: "hello" }>;

/** What a controller says after its Welcome. */
export type ControllerEvent =
  | { kind: "assignment"; assignment: TaskAssignment }
  | { kind: "cancel"; cancel: TaskCancel }
  | { kind: "acknowledgement"; batchId: bigint }
  | { kind: "refusal"; batchId: bigint }
  | { kind: "components-wanted" }
  | { kind: "time"; controllerTimeMs: number };

/** A session that is open. */
export type Session = {
  /** The controller's first words. */
  readonly welcome: Welcome;
  /**
   * Resolves true when the message was handed to the wire (stream) or answered
   * (poll), false when the session ended before that. Never rejects.
   */
  send(message: AgentMessage): Promise<boolean>;
};

/** What a transport asks of whoever uses it. */
export type SessionHost = {
  /** The agent's introduction, asked for at the opening and whenever the controller wants all of it again. */
  hello(lastSequenceSeen: bigint): Hello;
  /** The session is open and the introduction is on its way. */
  opened(session: Session): void;
  /** The controller said something. */
  event(event: ControllerEvent): void;
};

/** One way to hold a session with the controller. */
export type UplinkTransport = {
  /**
   * Dials with this credential and holds the session until it ends; then says how. Never rejects.
   * After `leave` is aborted it ends the session in order, within two seconds.
   */
  converse(credential: string, host: SessionHost, leave: AbortSignal): Promise<RawEnding>;
};
