import { totalmem, uptime } from "node:os";
import type { ScanOptions } from "../oracle/index.ts";
import type { KernelUnits } from "../probes/index.ts";
import { filesOfChoice, pidsOfFiles } from "./filter-files.ts";
import type { Mover } from "./mover.ts";
import { rankProcesses } from "./rank-processes.ts";
import type { TopK } from "./read-policy.ts";
import { createUsageMeter, type UsageSample } from "./usage-meter.ts";

/** A process that can be ranked. */
export type RankedProcess = UsageSample & { name: string; zombie: boolean };

/** What ranking reads of the host. */
export type RankedHost = {
  scan(options: ScanOptions): Promise<readonly RankedProcess[]>;
  units(): KernelUnits;
  cpuCount: number;
};

/** Creates the mover that ranks processes; those of `mustKeep` are the configuration's own and take no place. */
export function createRankMover(policy: TopK, mustKeep: RegExp | null, host: RankedHost): Mover {
  const meter = createUsageMeter();
  let chosen: ReadonlySet<number> = new Set();
  let told = "";

  return {
    resume(files) {
      chosen = new Set(pidsOfFiles(files));
    },
    async look() {
      const present = (await host.scan({ io: policy.weights.io > 0 })).filter(({ zombie }) => !zombie);
      const { ticksPerSecond, pageBytes } = host.units();
      const competing = present.filter(({ name }) => mustKeep === null || !mustKeep.test(name));
      const shares = meter.observe(competing, {
        nowTicks: uptime() * ticksPerSecond,
        ticksPerSecond,
        cpuCount: host.cpuCount,
        memoryPages: totalmem() / pageBytes,
      });
      chosen = new Set(rankProcesses(shares, chosen, policy));
      const named = competing.filter(({ pid }) => chosen.has(pid)).sort((a, b) => a.pid - b.pid);
      const kept = present.length - competing.length;
      const tally = `${named.length}${kept > 0 ? ` and ${kept} must-keep` : ""}`;
      const isNews = tally !== told;
      told = tally;
      return { files: filesOfChoice(named), detail: `${tally} of ${present.length} processes`, isNews };
    },
  };
}
