import type { TaskAssignment, TaskCancel } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { EndingCause } from "./ending.ts";

/** A way to reach one agent: a stream, or the polls it makes. All calls return at once. */
export type AgentLink = {
  readonly kind: "stream" | "poll";
  /** True when it can take work now. */
  ready(): boolean;
  /** True while so much waits for the agent to read it that it gets no work. */
  congested(): boolean;
  /** Gives the agent a try of a task; false when it cannot take it. */
  assign(assignment: TaskAssignment): boolean;
  /** Tells the agent that a task was called off; false when the link is closed. */
  cancel(cancel: TaskCancel): boolean;
  /** Asks for a fresh Hello. */
  requestFullState(): void;
  /** Asks what the collector contains. */
  requestComponents(): void;
  /** Asks the agent to connect again after a while; the link stays open until it is closed. */
  drain(retryAfterMs: number, reason: string): void;
  /** Ends the link and its session; only the first call counts. */
  close(cause: EndingCause): void;
};
