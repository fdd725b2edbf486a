import type { BenchOptions, Say } from "../bench-options.ts";
import { startDatabaseServer } from "../queue/database-server.ts";
import { showSpread } from "../report/spread.ts";
import { measureAgentKills } from "./measure-agent-kill.ts";
import { measureTakeover } from "./measure-takeover.ts";
import { configuredRecovery, recoveryQueues } from "./recovery-queues.ts";

/** What happens to a job whose worker is killed: Phoenix's queue beside two others, then the whole of Phoenix. */
export async function benchRecovery(say: Say, options: BenchOptions): Promise<string> {
  const { runs = 5, seconds = 60, only } = options;
  const server = await startDatabaseServer();
  const takeovers = new Map<string, (number | undefined)[]>();
  try {
    for (const name of Object.keys(recoveryQueues).filter((one) => only.length === 0 || only.includes(one))) {
      const measured: (number | undefined)[] = [];
      for (let run = 0; run < runs; run++) {
        measured.push(await measureTakeover(server, name, seconds));
        say(`${name}, run ${run + 1} of ${runs}: ${measured.at(-1)?.toFixed(1) ?? `not within ${seconds}`} s`);
        // What did not come once in that time will not come the next time: the wait is configured.
        if (measured[0] === undefined) break;
      }
      takeovers.set(name, measured);
    }
  } finally {
    await server.stop();
  }
  say("killing a real agent while a program runs");
  const kills = await measureAgentKills(runs);
  const effects = kills.map((kill) => kill.effects);
  const states = [...new Set(kills.map((kill) => kill.state))].join(", ");
  return [
    `${server.description}. A worker is killed (-9) while it does a job; another worker is there. ` +
      `Seconds until the job begins a second time, ${runs} runs, median (least–greatest); waited for ${seconds} s at most.`,
    "",
    "| | set to | second attempt after, s |",
    "|---|---|---|",
    ...[...takeovers].map(
      ([name, measured]) => `| ${name} | ${configuredRecovery[name] ?? ""} | ${showTakeovers(measured, seconds)} |`,
    ),
    "",
    "A second attempt repeats whatever the first had done: all of these queues deliver at least once, and each second attempt above is a second effect. " +
      "Phoenix's agents journal, so the same is measured with a real agent, killed after a program's effect and before its report, and started again at once:",
    "",
    "| controller knows the end after, s | state | effects of each task | double effects |",
    "|---|---|---|---|",
    `| ${showSpread(
      kills.map((kill) => kill.settledSeconds),
      1,
    )} | ${states} | ${showSpread(effects, 0)} | ${effects.filter((count) => count > 1).length} of ${kills.length} |`,
  ].join("\n");
}

function showTakeovers(measured: readonly (number | undefined)[], seconds: number): string {
  const seen = measured.filter((one) => one !== undefined);
  if (seen.length === 0) return `none within ${seconds} s`;
  const missed = measured.length - seen.length;
  return showSpread(seen, 1) + (missed === 0 ? "" : `, and ${missed} not within ${seconds} s`);
}
