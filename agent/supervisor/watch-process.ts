import type { Exit, RunningProcess } from "../launcher/index.ts";
import type { Clock } from "./clock.ts";

/** A running process as its watcher sees it. */
export type ProcessView = {
  /** Its health check succeeds; three failures in a row make it false. */
  healthy: boolean;
  everHealthy: boolean;
  /** For how long it has been healthy without a break. */
  healthyForMs: number;
  /** How long it has been watched. */
  watchedForMs: number;
};

/** Why watching is over: it ended, the watcher has seen enough, or was told to stop. */
export type WatchResult = { view: ProcessView } & ({ reason: "ended"; exit: Exit } | { reason: "enough" | "aborted" });

/** What to watch, and what to do at each look. */
export type WatchOptions = {
  process: RunningProcess;
  clock: Clock;
  signal: AbortSignal;
  probe: () => Promise<boolean>;
  /** Called at each look; true ends the watch. */
  look(view: ProcessView): Promise<boolean>;
};

const failuresToUnhealthy = 3;
const firstLooksMs = 50;
const firstLooksForMs = 2_000;
const youngPauseMs = 250;
const steadyPauseMs = 2_000;

/** Looks at a process again and again: often while it starts, every two seconds once it has been healthy for two. */
export async function watchProcess(options: WatchOptions): Promise<WatchResult> {
  const { process, clock, signal, probe, look } = options;
  const since = clock.monotonicMs();
  let healthySinceMs: number | null = null;
  let everHealthy = false;
  let failures = 0;
  let exit: Exit | undefined;
  const ended = new AbortController();
  void process.exited.then((value) => {
    exit = value;
    ended.abort();
  });
  const wake = AbortSignal.any([signal, ended.signal]);

  const view = (): ProcessView => ({
    healthy: healthySinceMs !== null,
    everHealthy,
    healthyForMs: healthySinceMs === null ? 0 : clock.monotonicMs() - healthySinceMs,
    watchedForMs: clock.monotonicMs() - since,
  });

  for (;;) {
    const ready = await probe();
    if (exit !== undefined) return { reason: "ended", exit, view: view() };
    if (ready) {
      healthySinceMs ??= clock.monotonicMs();
      everHealthy = true;
      failures = 0;
    } else if (++failures >= failuresToUnhealthy) {
      healthySinceMs = null;
    }
    if (signal.aborted) return { reason: "aborted", view: view() };
    const enough = await look(view());
    if (exit !== undefined) return { reason: "ended", exit, view: view() };
    if (enough) return { reason: "enough", view: view() };
    await clock.sleep(pauseMs(view()), wake);
    if (exit !== undefined) return { reason: "ended", exit, view: view() };
    if (signal.aborted) return { reason: "aborted", view: view() };
  }
}

function pauseMs(view: ProcessView): number {
  if (!view.everHealthy) return view.watchedForMs < firstLooksForMs ? firstLooksMs : youngPauseMs;
  return view.healthyForMs < firstLooksForMs ? youngPauseMs : steadyPauseMs;
}
