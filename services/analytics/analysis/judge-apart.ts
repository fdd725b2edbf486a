import { Worker } from "node:worker_threads";
import { type Judged, type JudgeTask, judgeCandidates } from "./judge-candidates.ts";
import { movableBuffers, type PackedPanel } from "./packed-panel.ts";

/** Windows that are judged in some 50 ms; more would keep other calls waiting. */
const defaultWindowsAtHand = 20_000;

/** Judges panels without keeping the process's other calls waiting. */
export interface Analyst {
  /** Judges a panel, which is used up by it. Rejects when the signal aborts, and with the error of the engine. */
  judge(task: JudgeTask, panel: PackedPanel, signal: AbortSignal): Promise<Judged[]>;
}

function judgeInThread(task: JudgeTask, panel: PackedPanel, signal: AbortSignal): Promise<Judged[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./judge-worker.ts", import.meta.url), {
      workerData: { task, panel },
      transferList: movableBuffers(panel),
    });
    const leave = (): void => {
      reject(signal.reason as Error);
      void worker.terminate();
    };
    signal.addEventListener("abort", leave, { once: true });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => {
      signal.removeEventListener("abort", leave);
      // Without effect where the answer or an error came first.
      reject(new Error(`the thread that judges ended with code ${code} and no answer`));
    });
  });
}

/**
 * Makes an analyst: panels up to `windowsAtHand` are judged at once, larger ones
 * in a thread of their own, one after another so that many experiments do not
 * take every core.
 */
export function createAnalyst(windowsAtHand = defaultWindowsAtHand): Analyst {
  let previous: Promise<unknown> = Promise.resolve();
  return {
    async judge(task, panel, signal) {
      if (panel.windows <= windowsAtHand) return judgeCandidates(task, panel);
      const turn = previous.then(() => {
        signal.throwIfAborted();
        return judgeInThread(task, panel, signal);
      });
      previous = turn.catch(() => undefined);
      return await turn;
    },
  };
}
