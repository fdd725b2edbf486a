import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { readText } from "../configs/index.ts";
import type { RunningProcess } from "../launcher/index.ts";
import type { CollectorLog } from "./collector-log.ts";
import type { CollectorSnapshot, CollectorSpec } from "./collector-spec.ts";
import { decideRestart, type ProcessEnd, type RestartPolicy } from "./decide-restart.ts";
import { endProcess, sweepGroup } from "./end-process.ts";
import { describeExit } from "./last-words.ts";
import type { Ports } from "./ports.ts";
import type { HealthProbe } from "./probe-health.ts";
import type { ProcessRecord } from "./process-record.ts";
import { createStanding } from "./standing.ts";
import { type StartDeps, startProcess } from "./start-process.ts";
import type { Timings } from "./timings.ts";
import { type ProcessView, type WatchResult, watchProcess } from "./watch-process.ts";

/** What one collector is made of. */
export type CollectorDeps = StartDeps & {
  ports: Ports;
  probe: HealthProbe;
  policy: RestartPolicy;
  timings: Timings;
  log: CollectorLog;
  onChange(snapshot: CollectorSnapshot): void;
  /** Asked in a crash loop for a spec to fall back to, already on disk; null when there is none. */
  onCrashLoop(spec: CollectorSpec, words: string): Promise<CollectorSpec | null>;
  /** Told once a process has been healthy for a minute. */
  onSettled(): Promise<void>;
};

/** How a trial went. */
type Trial = { outcome: "proven" | "aborted" } | { outcome: "failed"; words: string };

/** One collector: at most one process, watched and started again. Its calls must not overlap. */
export interface Collector {
  /** Null before the first trial, adoption or resumption. */
  snapshot(): CollectorSnapshot | null;
  process(): RunningProcess | null;
  isHealthy(): boolean;
  /** Starts what the folder wants; proven when it is healthy in time and stays up. Ends it when it fails. */
  tryOut(spec: CollectorSpec, signal: AbortSignal): Promise<Trial>;
  /** Keeps an already running process running. */
  adopt(spec: CollectorSpec, record: ProcessRecord, process: RunningProcess): Promise<void>;
  /** Starts what the folder wants, and keeps trying. */
  resume(spec: CollectorSpec, lastError: string): void;
  /** Looks now whether somebody changed the configuration on disk, and whether the process reads what they made of it. */
  lookForEdits(): Promise<{ edited: boolean; inUse: boolean }>;
  /** Takes over the parts of a spec that the process does not depend on. */
  describe(spec: CollectorSpec): void;
  /** Notes where its filter stands; only news is told at once. */
  noteFilter(detail: string, isNews: boolean): void;
  /** Ends the process; stopping twice is fine. */
  stop(graceMs: number): Promise<void>;
  /** Stops watching and leaves the process running. */
  release(): Promise<void>;
}

const pauseAfterErrorMs = 1_000;
const signalsAfterMs = 1_000;
const longestHistory = 50;

/** Creates a collector that does not run yet. */
export function createCollector(deps: CollectorDeps): Collector {
  const { clock, folder, log, ports, logger, timings } = deps;
  const standing = createStanding(deps.onChange);
  const { show, update } = standing;
  let process: RunningProcess | null = null;
  let loop: { halt: AbortController; done: Promise<void> } | null = null;
  let editInUse = false;
  let editsLookedAtMs = Number.NEGATIVE_INFINITY;

  const lookForEdits = async (): Promise<{ edited: boolean; inUse: boolean }> => {
    editsLookedAtMs = clock.monotonicMs();
    const spec = standing.now()?.spec;
    if (spec !== undefined) update({ edited: !(await folder.holds(spec.configDigest)) });
    return { edited: standing.now()?.edited ?? false, inUse: editInUse };
  };

  const start = async (spec: CollectorSpec, restarts: number): Promise<RunningProcess> => {
    const known = standing.now();
    ports.giveBack(known?.healthPort ?? 0);
    ports.giveBack(known?.metricsPort ?? 0);
    const healthPort = await ports.take(known?.healthPort);
    const metricsPort = await ports.take(known?.metricsPort);
    update({ healthPort, metricsPort });
    log.open("start");
    const started = await startProcess(deps, spec, { healthPort, metricsPort }, restarts);
    process = started.process;
    const { pid, startTicks } = process.identity;
    const { startedAtMs, edited } = started.record;
    editInUse = edited;
    update({ state: CollectorState.STARTING, pid, startTicks, startedAtMs, restarts, edited });
    deps.filter.follow(process, listensToSignals);
    return process;
  };

  /** A signal before its handler is there would end the collector; it is there a moment after the health check. */
  const listensToSignals = (): boolean => {
    const { state, startedAtMs } = standing.current();
    return state === CollectorState.HEALTHY && clock.wallMs() - startedAtMs >= signalsAfterMs;
  };

  const watch = (
    watched: RunningProcess,
    signal: AbortSignal,
    look: (view: ProcessView) => Promise<boolean>,
  ): Promise<WatchResult> =>
    watchProcess({
      process: watched,
      clock,
      signal,
      probe: () => deps.probe(standing.current().healthPort),
      async look(view) {
        await log.follow();
        if (clock.monotonicMs() - editsLookedAtMs >= timings.editLookMs) await lookForEdits();
        update({ state: stateOf(view, timings.healthyWithinMs) });
        return look(view);
      },
    });

  /** Notes that the process has ended by itself and clears what it left in its group. */
  const noteEnd = (): void => {
    if (process !== null) sweepGroup(process);
    process = null;
  };

  const keepRunning = async (first: RunningProcess | null, signal: AbortSignal): Promise<void> => {
    const history: ProcessEnd[] = [];
    let running = first;
    let starts = first === null ? 0 : 1;
    let restarts = standing.current().restarts;
    while (!signal.aborted) {
      let healthyForMs = 0;
      let words: string;
      try {
        if (running === null && starts > 0) restarts += 1;
        running ??= await start(standing.current().spec, restarts);
        starts += 1;
        let settled = false;
        const result = await watch(running, signal, async (view) => {
          if (!settled && view.healthyForMs >= timings.settledAfterMs) {
            settled = true;
            await deps.onSettled();
          }
          return false;
        });
        if (result.reason !== "ended") return;
        healthyForMs = result.view.healthyForMs;
        words = await log.explain(describeExit(result.exit));
      } catch (error) {
        logger.error(
          { err: error, collectorId: standing.current().spec.collectorId },
          "a collector could not be started or watched",
        );
        words = `The collector could not be kept running: ${error instanceof Error ? error.message : String(error)}`;
        if (process !== null && running === process) {
          await clock.sleep(pauseAfterErrorMs, signal);
          continue;
        }
      }
      noteEnd();
      running = null;
      history.push({ atMs: clock.monotonicMs(), healthyForMs });
      history.splice(0, history.length - longestHistory);
      const decision = decideRestart(history, deps.policy, clock.monotonicMs());
      if (decision.restart) {
        update({ state: CollectorState.BACKING_OFF, pid: 0, startTicks: 0, lastError: words });
        await clock.sleep(decision.delayMs, signal);
        continue;
      }
      const loopWords = `Ended ${decision.ends} times within ${deps.policy.crashLoopWithinMs / 1000} s. ${words}`;
      update({ state: CollectorState.CRASH_LOOP, pid: 0, startTicks: 0, lastError: loopWords });
      const fallback = await deps.onCrashLoop(standing.current().spec, loopWords);
      if (fallback === null) return;
      update({ spec: fallback, state: CollectorState.BACKING_OFF });
      history.length = 0;
    }
  };

  const begin = (first: RunningProcess | null): void => {
    const halt = new AbortController();
    const done = keepRunning(first, halt.signal).catch((error: unknown) => {
      // Only what follows a crash loop gets here, such as a disk too full for the fallback.
      logger.error(
        { err: error, collectorId: standing.now()?.spec.collectorId },
        "a collector is not kept running any more",
      );
    });
    loop = { halt, done };
  };

  const endLoop = async (): Promise<void> => {
    loop?.halt.abort();
    await loop?.done;
    loop = null;
  };

  const stop = async (graceMs: number): Promise<void> => {
    await endLoop();
    await deps.filter.halt();
    if (process !== null) await endProcess(process, graceMs, clock);
    process?.release();
    process = null;
    await log.follow();
    await folder.clearProcess();
    ports.giveBack(standing.now()?.healthPort ?? 0);
    ports.giveBack(standing.now()?.metricsPort ?? 0);
    update({ state: CollectorState.STOPPED, pid: 0, startTicks: 0 });
  };

  return {
    snapshot: standing.now,
    process: () => process,
    isHealthy: () => process !== null && standing.now()?.state === CollectorState.HEALTHY,
    async tryOut(spec, signal) {
      show(spec, CollectorState.STARTING, "");
      let failure: string;
      try {
        const launchedMs = clock.monotonicMs();
        const tried = await start(spec, 0);
        let observed = false;
        const result = await watch(tried, signal, async (view) => {
          if (view.healthy && !observed) {
            observed = true;
            deps.startup.observe(clock.monotonicMs() - launchedMs);
          }
          return (
            view.healthyForMs >= timings.staysUpMs || (!view.healthy && view.watchedForMs >= timings.healthyWithinMs)
          );
        });
        if (result.reason === "aborted") return { outcome: "aborted" };
        if (result.reason === "enough" && result.view.healthy) {
          begin(tried);
          return { outcome: "proven" };
        }
        if (result.reason === "ended") {
          failure = await log.explain(describeExit(result.exit));
          noteEnd();
        } else {
          failure = await log.explain(`The collector was not healthy within ${timings.healthyWithinMs / 1000} s.`);
          await endProcess(tried, timings.graceMs, clock);
          process = null;
        }
      } catch (error) {
        failure = `The collector could not be started: ${error instanceof Error ? error.message : String(error)}`;
        logger.error({ err: error, collectorId: spec.collectorId }, "a collector could not be tried out");
      }
      await stop(timings.graceMs);
      update({ lastError: failure });
      return { outcome: "failed", words: failure };
    },
    async adopt(spec, record, running) {
      show(spec, CollectorState.STARTING, "");
      process = running;
      log.open("end");
      const { healthPort, metricsPort, restarts, startedAtMs } = record;
      ports.note(healthPort);
      ports.note(metricsPort);
      const { pid, startTicks } = running.identity;
      const healthy = await deps.probe(healthPort);
      const state = healthy ? CollectorState.HEALTHY : CollectorState.STARTING;
      editInUse = record.edited;
      update({ state, healthPort, metricsPort, restarts, startedAtMs, pid, startTicks });
      await deps.filter.resume((await readText(folder.configFile)) ?? "", spec);
      deps.filter.follow(running, listensToSignals);
      begin(running);
    },
    resume(spec, lastError) {
      show(spec, CollectorState.STARTING, lastError);
      begin(null);
    },
    lookForEdits,
    describe: (spec) => update({ spec }),
    noteFilter(dynamicDetail, isNews) {
      if (isNews) update({ dynamicDetail });
      else standing.note({ dynamicDetail });
    },
    stop,
    async release() {
      await endLoop();
      await deps.filter.halt();
      process?.release();
      process = null;
    },
  };
}

function stateOf(view: ProcessView, healthyWithinMs: number): CollectorState {
  if (view.healthy) return CollectorState.HEALTHY;
  return view.everHealthy || view.watchedForMs >= healthyWithinMs ? CollectorState.UNHEALTHY : CollectorState.STARTING;
}
