import { AttemptState, type TaskUpdate } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";

/** Reports on their way to the controller. */
export type Outbox = {
  /** Puts a report in; an earlier one of the same try that says less and was not sent yet is dropped. */
  put(update: TaskUpdate): void;
  /** A session is open: sends, in order. */
  open(): void;
  /** The session is over. Results sent shortly before may have been lost with it and are sent again in the next. */
  shut(): void;
  /** Resolves when all is sent, or after `patienceMs`. */
  settle(patienceMs: number): Promise<void>;
};

/** A result sent this long before a session ended is sent again: longer than a dead connection goes unnoticed. */
const doubtMs = 60_000;

/** Creates an outbox; it is shut until a session opens it. `send` answers false when there is no session. */
export function createOutbox(
  send: (update: TaskUpdate) => Promise<boolean>,
  monotonicMs: () => number = () => performance.now(),
): Outbox {
  let queue: TaskUpdate[] = [];
  let sent: { update: TaskUpdate; atMs: number }[] = [];
  let isOpen = false;
  let wanted = false;
  let sending: Promise<void> | null = null;

  const isFinal = (update: TaskUpdate): boolean => update.state !== AttemptState.RUNNING;
  const sameTry = (a: TaskUpdate, b: TaskUpdate): boolean => a.taskId === b.taskId && a.attempt === b.attempt;

  const drain = async (): Promise<void> => {
    for (let update = queue[0]; isOpen && update !== undefined; update = queue[0]) {
      if (!(await send(update))) return;
      queue = queue.filter((waiting) => waiting !== update);
      const nowMs = monotonicMs();
      sent = sent.filter((earlier) => nowMs - earlier.atMs < doubtMs);
      if (isFinal(update)) sent.push({ update, atMs: nowMs });
    }
  };

  const flush = (): void => {
    wanted = true;
    sending ??= (async () => {
      try {
        while (wanted && isOpen) {
          wanted = false;
          await drain();
        }
      } finally {
        // In the same step as the last look, or a wish in between would be lost.
        sending = null;
      }
    })();
  };

  return {
    put(update) {
      queue = queue.filter((waiting) => isFinal(waiting) || !sameTry(waiting, update));
      queue.push(update);
      if (isOpen) flush();
    },
    open() {
      isOpen = true;
      flush();
    },
    shut() {
      isOpen = false;
      const nowMs = monotonicMs();
      const doubtful = sent.filter(({ atMs }) => nowMs - atMs < doubtMs).map(({ update }) => update);
      queue = [...doubtful.filter((update) => !queue.includes(update)), ...queue];
      sent = [];
    },
    async settle(patienceMs) {
      const deadline = AbortSignal.timeout(patienceMs);
      const over = new Promise<void>((resolve) => deadline.addEventListener("abort", () => resolve(), { once: true }));
      while (isOpen && sending !== null && !deadline.aborted) await Promise.race([sending, over]);
    },
  };
}
