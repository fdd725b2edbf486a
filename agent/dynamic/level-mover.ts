import { type HostCpu, loadBetween } from "../probes/index.ts";
import { decideLevel, type HeldLevel } from "./decide-level.ts";
import { filesOfLevel, sameFiles } from "./filter-files.ts";
import type { Mover } from "./mover.ts";
import type { Adaptive } from "./read-policy.ts";

/** What levels depend on. */
export type LoadedHost = {
  readCpu(): HostCpu;
  cpuCount: number;
  /** Wall clock, for people; monotonic, for the dwell. */
  wallMs(): number;
  monotonicMs(): number;
};

/** Creates the mover that follows the host's load from the quietest level on; `intervalMs` is the pipeline's. */
export function createLevelMover(policy: Adaptive, intervalMs: number, host: LoadedHost): Mover {
  // The first level is no decision, so no dwell keeps it.
  let held: HeldLevel = { index: 0, sinceMs: -Infinity };
  let sinceWallMs = host.wallMs();
  let cpu: HostCpu | undefined;
  let told = -1;

  const filesOf = (index: number) => filesOfLevel(policy.levels[index] ?? policy.levels[0], intervalMs, host.cpuCount);

  return {
    resume(files) {
      const index = policy.levels.findIndex((_level, each) => sameFiles(pick(files, filesOf(each)), filesOf(each)));
      if (index > 0) held = { index, sinceMs: host.monotonicMs() };
    },
    async look() {
      const now = host.readCpu();
      if (cpu !== undefined) {
        const decided = decideLevel(policy, held, loadBetween(cpu, now), host.monotonicMs());
        if (decided.index !== held.index) sinceWallMs = host.wallMs();
        held = decided;
      }
      cpu = now;
      const isNews = held.index !== told;
      told = held.index;
      const { name } = policy.levels[held.index] ?? policy.levels[0];
      const since = new Date(sinceWallMs).toISOString().slice(11, 19);
      return { files: filesOf(held.index), detail: `level ${name} since ${since}Z`, isNews };
    },
  };
}

/** Of some files those that others have too. */
function pick(files: Readonly<Record<string, string>>, others: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.entries(files).filter(([name]) => name in others));
}
