import type { Logger } from "@phoenix/platform/logging";
import type { Launcher } from "../launcher/index.ts";
import type { Clock } from "./clock.ts";
import type { Collector } from "./collector.ts";
import type { CollectorFolder } from "./collector-folder.ts";
import { endProcess } from "./end-process.ts";
import { findProcess } from "./start-process.ts";

/** What recovery takes. */
export type RecoverDeps = { launcher: Launcher; clock: Clock; graceMs: number; logger: Logger };

/** What became of a folder that an earlier agent left. */
export type Recovery = "adopted" | "started" | "reaped" | "forgotten";

/**
 * Brings back one collector after a restart of the agent or of the host: its process is adopted when
 * exactly that process still runs and is wanted, ended when it is not wanted, and started again when
 * it is gone. A process that merely has its pid is left alone.
 */
export async function recoverCollector(
  deps: RecoverDeps,
  collector: Collector,
  folder: CollectorFolder,
  collectorId: string,
): Promise<Recovery> {
  const record = await folder.readProcess();
  const process = record === null ? null : findProcess(deps.launcher, record);
  const asked = await folder.hasWanted();
  const wanted = asked ? ((await folder.readWanted()) ?? (await folder.readKept("last-good"))) : null;

  if (wanted !== null && process !== null && record?.configDigest === wanted.spec.configDigest) {
    await collector.adopt(wanted.spec, record, process);
    return "adopted";
  }
  if (process !== null) {
    await endProcess(process, deps.graceMs, deps.clock);
    await folder.clearProcess();
  }
  if (wanted !== null) {
    // The spec and its text may not have been written together; what runs now has to be what is wanted.
    await folder.writeWanted(wanted);
    collector.resume(wanted.spec, "");
    return "started";
  }
  if (asked)
    deps.logger.warn(
      { collectorId },
      "what an earlier agent noted about a collector cannot be used; it has to be applied again",
    );
  await folder.remove();
  return process === null ? "forgotten" : "reaped";
}
