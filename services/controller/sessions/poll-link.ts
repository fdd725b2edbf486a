import { create } from "@bufbuild/protobuf";
import { type PollTasksResponse, PollTasksResponseSchema } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import type { TaskAssignment, TaskCancel } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { AgentLink } from "./agent-link.ts";
import type { EndingCause } from "./ending.ts";

/** The polls of an agent as a link. It takes work only while a poll waits, so work goes to the replica that is asked. */
export type PollLink = AgentLink & {
  /** Waits for work; resolves with what there is when there is some, when the wait is over, or when the link closes. */
  poll(waitMs: number, signal: AbortSignal): Promise<PollTasksResponse>;
  /** Why it was closed; undefined while it is open. */
  closedBy(): EndingCause | undefined;
};

/** Creates the link of an agent that polls; `onPoll` is called when one begins to wait. */
export function createPollLink(options: { onPoll(): void; onClose(cause: EndingCause): void }): PollLink {
  let assignments: TaskAssignment[] = [];
  let cancels: TaskCancel[] = [];
  let reportFullState = false;
  let reportComponents = false;
  let waiting: (() => void) | undefined;
  let soon: NodeJS.Immediate | undefined;
  let closedBy: EndingCause | undefined;

  const release = (): void => {
    clearImmediate(soon);
    soon = undefined;
    waiting?.();
    waiting = undefined;
  };

  // One dispatch brings several tries in a row: they leave in one answer.
  const releaseSoon = (): void => {
    if (waiting !== undefined) soon ??= setImmediate(release);
  };

  const take = (): PollTasksResponse => {
    const response = create(PollTasksResponseSchema, { assignments, cancels, reportFullState, reportComponents });
    assignments = [];
    cancels = [];
    reportFullState = false;
    reportComponents = false;
    return response;
  };

  const hasWork = (): boolean => assignments.length > 0 || cancels.length > 0 || reportFullState || reportComponents;

  return {
    kind: "poll",
    ready: () => closedBy === undefined && waiting !== undefined,
    congested: () => false,
    closedBy: () => closedBy,
    assign(assignment) {
      if (closedBy !== undefined || waiting === undefined) return false;
      assignments.push(assignment);
      releaseSoon();
      return true;
    },
    cancel(cancel) {
      if (closedBy !== undefined) return false;
      cancels.push(cancel);
      releaseSoon();
      return true;
    },
    requestFullState() {
      reportFullState = true;
      releaseSoon();
    },
    requestComponents() {
      reportComponents = true;
      releaseSoon();
    },
    // An answer without work makes the agent poll again, and that poll is refused by a server that stops.
    drain: release,
    close(cause) {
      if (closedBy !== undefined) return;
      closedBy = cause;
      release();
      options.onClose(cause);
    },
    async poll(waitMs, signal) {
      // A second poll means that the agent gave up on the first.
      release();
      if (!hasWork() && closedBy === undefined && waitMs > 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(release, waitMs);
          const settle = (): void => {
            clearTimeout(timer);
            signal.removeEventListener("abort", abandon);
            resolve();
          };
          const abandon = (): void => {
            if (waiting === settle) release();
            else settle();
          };
          waiting = settle;
          signal.addEventListener("abort", abandon, { once: true });
          options.onPoll();
        });
      }
      // What is taken for a caller that is gone would be lost until its lease lapses.
      return signal.aborted ? create(PollTasksResponseSchema) : take();
    },
  };
}
