import { AttemptState, type TaskUpdate } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";

/** Reports on their way to the controller. */
export type Outbox = {
  /**
   * Puts a report in; an earlier one of the same try that says less and was not
   * sent yet is dropped. That a try goes on is told after a moment, so one that
   * ends within it is told by its end alone.
   */
  put(update: TaskUpdate): void;
  /** A session is open: sends, in order. */
  open(): void;
  /** The session is over. Results sent shortly before may have been lost with it and are sent again in the next. */
  shut(): void;
  /** Sends what there is without a moment's wait; resolves when all is sent, or after `patienceMs`. */
  settle(patienceMs: number): Promise<void>;
};

/** A result sent this long before a session ended is sent again: longer than a dead connection goes unnoticed. */
const doubtMs = 60_000;

/** How long the report that a try goes on waits for its end. */
const momentMs = 50;

type Waiting = { update: TaskUpdate; dueMs: number };

/** Creates an outbox; it is shut until a session opens it. `send` answers false when there is no session. */
export function createOutbox(
  send: (update: TaskUpdate) => Promise<boolean>,
  monotonicMs: () => number = () => performance.now(),
): Outbox {
  let queue: Waiting[] = [];
  let moment: NodeJS.Timeout | undefined;
  let sent: { update: TaskUpdate; atMs: number }[] = [];
  let isOpen = false;
  let wanted = false;
  let sending: Promise<void> | null = null;

  const isFinal = (update: TaskUpdate): boolean => update.state !== AttemptState.RUNNING;
  const sameTry = (a: TaskUpdate, b: TaskUpdate): boolean => a.taskId === b.taskId && a.attempt === b.attempt;

  const nextDue = (): Waiting | undefined => {
    const nowMs = monotonicMs();
    return queue.find(({ dueMs }) => dueMs <= nowMs);
  };

  const drain = async (): Promise<void> => {
    for (let next = nextDue(); isOpen && next !== undefined; next = nextDue()) {
      const { update } = next;
      if (!(await send(update))) return;
      queue = queue.filter((waiting) => waiting !== next);
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

  const tellLater = (): void => {
    moment ??= setTimeout(() => {
      moment = undefined;
      flush();
      if (isOpen && queue.length > 0) tellLater();
    }, momentMs);
    moment.unref();
  };

  return {
    put(update) {
      const overtaken = queue.find((waiting) => !isFinal(waiting.update) && sameTry(waiting.update, update));
      queue = queue.filter((waiting) => waiting !== overtaken);
      // Before a session everything waits anyway.
      const atOnce = isFinal(update) || !isOpen;
      const dueMs = atOnce ? Number.NEGATIVE_INFINITY : (overtaken?.dueMs ?? monotonicMs() + momentMs);
      queue.push({ update, dueMs });
      if (!isOpen) return;
      if (dueMs <= monotonicMs()) flush();
      else tellLater();
    },
    open() {
      isOpen = true;
      flush();
    },
    shut() {
      isOpen = false;
      clearTimeout(moment);
      moment = undefined;
      const nowMs = monotonicMs();
      const doubtful = sent.flatMap(({ update, atMs }) => (nowMs - atMs < doubtMs ? update : []));
      const untold = doubtful.filter((update) => !queue.some((waiting) => waiting.update === update));
      queue = [...untold.map((update) => ({ update, dueMs: Number.NEGATIVE_INFINITY })), ...queue];
      sent = [];
    },
    async settle(patienceMs) {
      for (const waiting of queue) waiting.dueMs = Number.NEGATIVE_INFINITY;
      if (isOpen && queue.length > 0) flush();
      const deadline = AbortSignal.timeout(patienceMs);
      const over = new Promise<void>((resolve) => deadline.addEventListener("abort", () => resolve(), { once: true }));
      while (isOpen && sending !== null && !deadline.aborted) await Promise.race([sending, over]);
    },
  };
}
