import { randomUUID } from "node:crypto";
import type { Logger } from "@phoenix/platform/logging";
import { readText } from "../configs/index.ts";
import type { MovingFilter } from "../dynamic/index.ts";
import type { Launcher, RunningProcess } from "../launcher/index.ts";
import type { Clock } from "./clock.ts";
import { collectorEnvironment, launchVariable } from "./collector-environment.ts";
import type { CollectorFolder } from "./collector-folder.ts";
import type { CollectorSpec } from "./collector-spec.ts";
import { initialDelayMs } from "./initial-delay.ts";
import type { ProcessRecord } from "./process-record.ts";
import type { StartupTime } from "./startup-time.ts";

/** The host's side of a collector's environment. */
type HostFacts = { hostId: string; hostName: string; path: string; home: string };

/** The two ports that a collector listens on. */
export type CollectorPorts = { healthPort: number; metricsPort: number };

/** What a start needs besides the spec. */
export type StartDeps = {
  binary: { path: string };
  launcher: Launcher;
  clock: Clock;
  startup: StartupTime;
  folder: CollectorFolder;
  /** Gets what the configuration refers to ready. */
  filter: MovingFilter;
  facts: HostFacts;
  logger: Logger;
};

/** The environment a spec has if it is started now; the first scrape's time in it is only right now. */
export function environmentNow(
  deps: Pick<StartDeps, "facts" | "clock" | "startup">,
  spec: CollectorSpec,
  ports: CollectorPorts,
): Record<string, string> {
  const nowMs = deps.clock.wallMs();
  const delayMs = initialDelayMs({ nowMs, windowMs: spec.windowMs, startupMs: deps.startup.estimateMs() });
  return collectorEnvironment(spec, { ...deps.facts, ...ports, initialDelayMs: delayMs });
}

/**
 * Starts the collector of a folder and notes it on disk: the intent before, so that even an agent
 * that dies in between leaves nothing that its successor cannot find, and the identity after.
 */
export async function startProcess(
  deps: StartDeps,
  spec: CollectorSpec,
  ports: CollectorPorts,
  restarts: number,
): Promise<{ process: RunningProcess; record: ProcessRecord }> {
  const { folder, launcher, clock } = deps;
  const additions = await deps.filter.prepare((await readText(folder.configFile)) ?? "", spec);
  const launchId = randomUUID();
  const intent: ProcessRecord = {
    launchId,
    configDigest: spec.configDigest,
    // What is on disk is what it reads, whoever wrote it.
    edited: !(await folder.holds(spec.configDigest)),
    ...ports,
    restarts,
    startedAtMs: clock.wallMs(),
    identity: null,
  };
  await folder.writeProcess(intent);
  const process = await launcher.launch({
    file: deps.binary.path,
    args: ["--config", folder.configFile, ...additions.args],
    env: { ...environmentNow(deps, spec, ports), ...additions.env, [launchVariable]: launchId },
    cwd: folder.path,
    logFile: folder.logFile,
  });
  const record = { ...intent, startedAtMs: clock.wallMs(), identity: process.identity };
  try {
    await folder.writeProcess(record);
  } catch (error) {
    // It runs, and the intent is on disk: a successor finds it by that. Better than ending it for a full disk.
    deps.logger.warn(
      { err: error, collectorId: spec.collectorId },
      "the identity of a started collector could not be noted",
    );
  }
  return { process, record };
}

/** Finds the process that a record speaks of; null when it does not run any more, whoever has its pid now. */
export function findProcess(launcher: Launcher, record: ProcessRecord): RunningProcess | null {
  const identity = record.identity ?? launcher.find(launchVariable, record.launchId);
  return identity === null ? null : launcher.attach(identity);
}
