import { setTimeout as delay } from "node:timers/promises";
import type { FaultGroup } from "./fault-row.ts";
import { runRandomSchedule } from "./random-schedule.ts";
import { agentFaults } from "./rows/agents.ts";
import { configFaults } from "./rows/configs.ts";
import { controllerFaults } from "./rows/controllers.ts";
import { databaseFaults } from "./rows/databases.ts";
import { messageFaults } from "./rows/messages.ts";
import { networkFaults } from "./rows/networks.ts";
import { runRow } from "./run-group.ts";
import { createFaultSite } from "./site.ts";

/** What a run of the whole suite is to do. */
export type FaultRun = {
  seed: number;
  /** How long random faults are injected, in milliseconds; 0 for none. */
  randomMs: number;
  /** Part of the name of the rows to run; all when undefined, none when empty. */
  rows: string | undefined;
  log(line: string): void;
};

const groups: readonly FaultGroup[] = [
  controllerFaults,
  agentFaults,
  databaseFaults,
  networkFaults,
  messageFaults,
  configFaults,
];

/** Runs every row, the long ones too, then the random schedule; gives the number of failures. */
export async function runFaults({ seed, randomMs, rows, log }: FaultRun): Promise<number> {
  let failures = 0;
  for (const group of groups) failures += await runGroup(group, seed, rows, log);
  if (randomMs === 0) return failures;
  log(`random faults for ${randomMs / 60_000} minutes, seed ${seed}`);
  try {
    const violations = await runRandomSchedule({ seed, durationMs: randomMs, log });
    for (const { invariant, words } of violations) log(`VIOLATION ${invariant}: ${words}`);
    log(violations.length === 0 ? "random faults: every invariant held" : `${violations.length} violations`);
    return failures + violations.length;
  } catch (error) {
    log(`FAILED random faults: ${(error as Error).message}`);
    return failures + 1;
  }
}

async function runGroup(
  group: FaultGroup,
  seed: number,
  filter: string | undefined,
  log: (line: string) => void,
): Promise<number> {
  const chosen = group.rows.filter(({ name }) => filter === undefined || (filter !== "" && name.includes(filter)));
  let failures = 0;
  // A row that failed leaves what it broke: the next one gets a site of its own.
  let site: Awaited<ReturnType<typeof createFaultSite>> | undefined;
  for (const row of chosen) {
    site ??= await createFaultSite({ replicas: group.replicas, seed });
    try {
      log(`ok      ${row.name}: ${await runRow(row, site)}`);
    } catch (error) {
      failures += 1;
      log(`FAILED  ${row.name}: ${(error as Error).message}`);
      await site.close();
      site = undefined;
    }
    await delay(0);
  }
  const left = site === undefined ? [] : await site.close();
  for (const { invariant, words } of left) log(`VIOLATION ${invariant} at the end of ${group.name}: ${words}`);
  return failures + left.length;
}
