import { join } from "node:path";
import { type CollectorBinary, validateConfig } from "@phoenix/collector";
import type { Logger } from "@phoenix/platform/logging";
import { checkRules, type FailedConfigs, makeFolder, openFailedConfigs, type RuleCheck } from "../configs/index.ts";
import { createMover, createMovingFilter } from "../dynamic/index.ts";
import { createProcessLauncher, type Launcher, type ProcessUsage } from "../launcher/index.ts";
import type { HostCpu } from "../probes/index.ts";
import { type ApplyDeps, applySpec, type ConfigValidator, fallBack } from "./apply-spec.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type Collector, createCollector } from "./collector.ts";
import { type CollectorFolder, listCollectorFolders, openCollectorFolder } from "./collector-folder.ts";
import { createCollectorLog } from "./collector-log.ts";
import {
  type ApplyResult,
  type CollectorSnapshot,
  type CollectorSpec,
  findFault,
  isCollectorId,
} from "./collector-spec.ts";
import { defaultRestartPolicy, type RestartPolicy } from "./decide-restart.ts";
import { initialDelayMs } from "./initial-delay.ts";
import { failureCounters, inputCounters, readOwnCounters } from "./own-counters.ts";
import { createPorts } from "./ports.ts";
import { type HealthProbe, probeHealth } from "./probe-health.ts";
import { recoverCollector } from "./recover-collector.ts";
import { redactSecrets } from "./redact-secrets.ts";
import { createSerialLane, type SerialLane } from "./serial-lane.ts";
import { environmentNow } from "./start-process.ts";
import { createStartupTime } from "./startup-time.ts";
import { defaultTimings, type Timings } from "./timings.ts";

/** What a supervisor is made of; everything after `onLog` has a default for production. */
export type SupervisorOptions = {
  binary: CollectorBinary;
  /** Private folder of the agent; collectors live under `collectors/` in it. */
  stateDir: string;
  hostId: string;
  hostName: string;
  logger: Logger;
  /** Brings a configuration by its digest; it is checked, so it need not be trusted. */
  fetchConfig(digest: string): Promise<Uint8Array>;
  /** Told each time something about a collector changes. */
  onChange?(snapshot: CollectorSnapshot): void;
  /** Gets each line a collector writes, without secrets. */
  onLog?(collectorId: string, line: string): void;
  launcher?: Launcher;
  clock?: Clock;
  probe?: HealthProbe;
  validate?: ConfigValidator;
  checkRules?: RuleCheck;
  policy?: RestartPolicy;
  timings?: Partial<Timings>;
  /** What filters that follow the host's load look at. */
  readHostCpu?: () => HostCpu;
  /** PATH and HOME of collectors; the agent's own by default. */
  env?: Record<string, string | undefined>;
};

/** The collectors of a host. */
export interface Supervisor {
  /** Brings back what an earlier agent left: ids adopted without a restart, and ids ended because nobody wants them. */
  start(): Promise<{ adopted: string[]; reaped: string[] }>;
  /** Makes a collector run a spec; one after the other per collector. Refusals are results, not errors. */
  apply(spec: CollectorSpec): Promise<ApplyResult>;
  /** Ends a collector and forgets it, interrupting an apply; removing an unknown one is fine. */
  remove(collectorId: string, graceMs?: number): Promise<void>;
  list(): CollectorSnapshot[];
  /** What a collector's process has used since it was started; null when it does not run. */
  usage(collectorId: string): ProcessUsage | null;
  /** Metric points it could not deliver since it was started; null when it does not say. */
  exporterFailures(collectorId: string): Promise<number | null>;
  /** Metric points its receivers brought in since it was started; null when it does not say. */
  acceptedPoints(collectorId: string): Promise<number | null>;
  /** The configuration it is to run, as it was fetched; null when there is none, or not that one any more. */
  configText(collectorId: string): Promise<string | null>;
  /** Ends the supervision, and the collectors too or leaves them for the next agent to adopt. Twice is fine. */
  stop(options: { stopCollectors: boolean }): Promise<void>;
}

type Entry = { collector: Collector; folder: CollectorFolder; lane: SerialLane; interruption: AbortController };

/** Creates a supervisor; `start` comes before anything else. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { binary, logger } = options;
  const clock = options.clock ?? systemClock;
  const launcher = options.launcher ?? createProcessLauncher();
  const timings: Timings = { ...defaultTimings, ...options.timings };
  const hostEnv = options.env ?? process.env;
  const facts = {
    hostId: options.hostId,
    hostName: options.hostName,
    path: hostEnv.PATH ?? "/usr/local/bin:/usr/bin:/bin",
    home: hostEnv.HOME ?? "/",
  };
  const startup = createStartupTime();
  const ports = createPorts();
  const collectorsPath = join(options.stateDir, "collectors");
  const entries = new Map<string, Entry>();
  let failed: FailedConfigs | null = null;
  let stopping: Promise<void> | null = null;

  const applyDeps = (collector: () => Collector | undefined): ApplyDeps => {
    if (failed === null) throw new Error("the supervisor has to be started first");
    return {
      binary,
      clock,
      timings,
      failed,
      validate: options.validate ?? validateConfig,
      checkRules: options.checkRules ?? checkRules,
      fetchConfig: (digest) => options.fetchConfig(digest),
      environmentOf: (spec) =>
        environmentNow({ facts, clock, startup }, spec, portsForQuestion(collector()?.snapshot() ?? null)),
      redact: (text, spec) => redactSecrets(text, [spec.tapUrl]),
    };
  };

  const guarded = (what: string, call: () => void): void => {
    try {
      call();
    } catch (error) {
      // A listener's fault must not end the supervision of a process.
      logger.error({ err: error }, `a listener for ${what} failed`);
    }
  };

  const entryOf = (collectorId: string): Entry => {
    const known = entries.get(collectorId);
    if (known !== undefined) return known;
    const folder = openCollectorFolder(collectorsPath, collectorId);
    const log = createCollectorLog({
      path: folder.logFile,
      capBytes: timings.logCapBytes,
      redact: (text) => redactSecrets(text, [collector.snapshot()?.spec.tapUrl ?? ""]),
      onLine: (line) => guarded("log lines", () => options.onLog?.(collectorId, line)),
      logger,
    });
    const filter = createMovingFilter({
      folder: join(folder.path, "dyn"),
      collectorVersion: binary.version,
      clock,
      delayMs: (windowMs) => initialDelayMs({ nowMs: clock.wallMs(), windowMs, startupMs: startup.estimateMs() }),
      createMover: (policy, intervalMs) => createMover(policy, intervalMs, clock, options.readHostCpu),
      onDetail: (detail, isNews) => collector.noteFilter(detail, isNews),
      logger,
    });
    const collector: Collector = createCollector({
      binary,
      launcher,
      clock,
      startup,
      folder,
      filter,
      facts,
      logger,
      ports,
      log,
      timings,
      probe: options.probe ?? probeHealth,
      policy: options.policy ?? defaultRestartPolicy,
      onChange: (snapshot) => guarded("changes", () => options.onChange?.(snapshot)),
      onCrashLoop: (spec, words) =>
        fallBack(
          applyDeps(() => collector),
          folder,
          spec,
          words,
        ),
      onSettled: () => folder.clearKept("previous-good"),
    });
    const entry = { collector, folder, lane: createSerialLane(), interruption: new AbortController() };
    entries.set(collectorId, entry);
    return entry;
  };

  const countersOf = async (collectorId: string, names: ReadonlySet<string>): Promise<number | null> => {
    const collector = entries.get(collectorId)?.collector;
    const snapshot = collector?.snapshot();
    return collector?.process() && snapshot ? readOwnCounters(snapshot.metricsPort, names) : null;
  };

  return {
    async start() {
      await makeFolder(options.stateDir);
      failed = await openFailedConfigs(join(options.stateDir, "failed-configs.json"), binary.version);
      const ids = await listCollectorFolders(collectorsPath);
      const recovered = await Promise.all(
        ids.map(async (id) => {
          const { collector, folder, lane } = entryOf(id);
          const deps = { launcher, clock, graceMs: timings.graceMs, logger };
          const recovery = await lane.run(() => recoverCollector(deps, collector, folder, id));
          if (collector.snapshot() === null) entries.delete(id);
          return { id, recovery };
        }),
      );
      const idsOf = (recovery: string): string[] =>
        recovered.filter((one) => one.recovery === recovery).map((one) => one.id);
      return { adopted: idsOf("adopted"), reaped: idsOf("reaped") };
    },
    async apply(spec) {
      const fault = findFault(spec);
      if (fault !== undefined) return { ok: false, words: `The collector cannot be run: ${fault}.`, retryable: false };
      if (stopping !== null) return { ok: false, words: "The agent is stopping.", retryable: true };
      const { collector, folder, lane, interruption } = entryOf(spec.collectorId);
      const deps = applyDeps(() => collector);
      return lane.run(async () => {
        try {
          const applied = await applySpec(deps, collector, folder, structuredClone(spec), interruption.signal);
          if (applied.ok) for (const remark of applied.remarks) logger.warn({ collectorId: spec.collectorId }, remark);
          return applied;
        } catch (error) {
          logger.error({ err: error, collectorId: spec.collectorId }, "a collector could not be applied");
          const why = error instanceof Error ? error.message : String(error);
          return { ok: false, words: `The collector could not be applied on this host: ${why}`, retryable: true };
        }
      });
    },
    async remove(collectorId, graceMs = timings.graceMs) {
      const entry = entries.get(collectorId);
      if (entry === undefined || !isCollectorId(collectorId)) return;
      entry.interruption.abort();
      entry.interruption = new AbortController();
      await entry.lane.run(async () => {
        // First, so that a removal cut short is finished by the next agent.
        await entry.folder.clearWanted();
        await entry.collector.stop(graceMs);
        await entry.folder.remove();
      });
      if (entry.lane.isIdle()) entries.delete(collectorId);
    },
    list: () => [...entries.values()].map((entry) => entry.collector.snapshot()).filter((one) => one !== null),
    usage: (collectorId) => entries.get(collectorId)?.collector.process()?.usage() ?? null,
    exporterFailures: (collectorId) => countersOf(collectorId, failureCounters),
    acceptedPoints: (collectorId) => countersOf(collectorId, inputCounters),
    async configText(collectorId) {
      const entry = entries.get(collectorId);
      const digest = entry?.collector.snapshot()?.spec.configDigest;
      const kept = [await entry?.folder.readWanted(), await entry?.folder.readKept("last-good")];
      return kept.find((one) => one?.spec.configDigest === digest)?.text ?? null;
    },
    stop({ stopCollectors }) {
      stopping ??= Promise.all(
        [...entries.values()].map((entry) => {
          entry.interruption.abort();
          return entry.lane.run(() =>
            stopCollectors ? entry.collector.stop(timings.graceMs) : entry.collector.release(),
          );
        }),
      ).then(() => undefined);
      return stopping;
    },
  };
}

/** Ports to ask about a configuration with: any will do, as nothing listens while it is asked. */
function portsForQuestion(snapshot: CollectorSnapshot | null): { healthPort: number; metricsPort: number } {
  return { healthPort: snapshot?.healthPort || 13133, metricsPort: snapshot?.metricsPort || 8888 };
}
