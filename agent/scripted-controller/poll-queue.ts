import type { TaskAssignment, TaskCancel } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";

/** What the next poll of an agent takes with it. */
type Polled = {
  assignments: TaskAssignment[];
  cancels: TaskCancel[];
  reportFullState: boolean;
  reportComponents: boolean;
};

/** What waits for an agent that polls, instead of being said on a stream. */
export type PollQueue = {
  assign(assignment: TaskAssignment): void;
  cancel(cancel: TaskCancel): void;
  wantFullState(): void;
  wantComponents(): void;
  /** Takes all that waits; without anything, waits for the first of it up to `waitMs`. */
  take(waitMs: number): Promise<Polled>;
  /** Lets a waiting poll go, with nothing where there is nothing. */
  wake(): void;
};

/** Creates an empty queue. */
export function createPollQueue(): PollQueue {
  const none = (): Polled => ({ assignments: [], cancels: [], reportFullState: false, reportComponents: false });
  let waiting = none();
  let letGo: (() => void) | null = null;
  const wake = (): void => letGo?.();
  const isEmpty = (): boolean =>
    waiting.assignments.length + waiting.cancels.length === 0 && !waiting.reportFullState && !waiting.reportComponents;
  return {
    assign(assignment) {
      waiting.assignments.push(assignment);
      wake();
    },
    cancel(cancel) {
      waiting.cancels.push(cancel);
      wake();
    },
    wantFullState() {
      waiting.reportFullState = true;
      wake();
    },
    wantComponents() {
      waiting.reportComponents = true;
      wake();
    },
    async take(waitMs) {
      if (isEmpty()) {
        await new Promise<void>((resolve) => {
          letGo = resolve;
          setTimeout(resolve, waitMs).unref();
        });
      }
      const taken = waiting;
      waiting = none();
      return taken;
    },
    wake,
  };
}
