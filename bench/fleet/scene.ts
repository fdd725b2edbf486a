import { setTimeout as delay } from "node:timers/promises";
import type { Say } from "../bench-options.ts";
import { nowMs } from "../report/monotonic.ts";
import type { ControllerSite } from "./controller-site.ts";
import type { Crew } from "./crew.ts";
import { type Commits, latenciesOf } from "./task-producer.ts";

/** Where a phase measures. */
export type Scene = { site: ControllerSite; crew: Crew; hostIds: readonly string[]; agents: number; say: Say };

/** Waits until every task committed has arrived and gives how long each took. @throws Error when some never do. */
export async function collectLatencies(crew: Crew, commits: Commits, deadlineMs = 120_000): Promise<number[]> {
  const latencies: number[] = [];
  const end = nowMs() + deadlineMs;
  while (latencies.length < countTasks(commits)) {
    if (nowMs() > end) throw new Error(`only ${latencies.length} of ${countTasks(commits)} tasks reached their agents`);
    await delay(100);
    latencies.push(...latenciesOf(commits, (await crew.report()).received));
  }
  return latencies;
}

/** How many tasks were committed. */
export function countTasks(commits: Commits): number {
  return [...commits.values()].reduce((total, { tasks }) => total + tasks, 0);
}
