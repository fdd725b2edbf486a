import type { Database } from "@phoenix/platform/database";
import { createPeriodic, createStack, type Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { pruneCredentials, pruneEnrollmentTokens } from "./enrollment/index.ts";
import { pruneComponentSets, pruneFigures } from "./fleet/index.ts";
import type { FleetConfig } from "./fleet-config.ts";
import {
  type AttemptRules,
  createLeasePatience,
  expireTasks,
  lapseLeases,
  noHorizon,
  pruneTasks,
  raiseHorizon,
} from "./tasks/index.ts";

/** The duties that repair what agents and crashes leave. */
export type FleetMaintenance = Service & {
  /** Every duty once, now. */
  runOnce(): Promise<void>;
};

const pruneIntervalMs = 600_000;
const keepTokensMs = 7 * 24 * 3_600_000;
const keepFiguresMs = 3_600_000;
const keepComponentsMs = 24 * 3_600_000;

/** Creates the duties; replicas may run them at the same time. */
export function createFleetMaintenance(options: {
  db: Database;
  logger: Logger;
  config: FleetConfig;
  rules: AttemptRules;
}): FleetMaintenance {
  const { db, logger, config, rules } = options;

  let floor = noHorizon;

  const endLapsed = async (): Promise<void> => {
    floor = await raiseHorizon(db, floor);
    const lapsed = await lapseLeases(db, rules, floor);
    if (lapsed > 0) logger.info({ lapsed }, "leases of tasks lapsed");
  };
  // An interval for the heartbeat, half of one for what carries it to the database.
  const patience = createLeasePatience({ leaseMs: config.leaseMs, patienceMs: 1.5 * config.heartbeatIntervalMs });
  const endLapsedPatiently = async (): Promise<void> => {
    await db.query("select");
    if (patience.mayEnd(performance.now())) await endLapsed();
  };
  const endExpired = async (): Promise<void> => {
    const expired = await expireTasks(db, rules.onTaskEnd, floor);
    if (expired > 0) logger.info({ expired }, "tasks expired");
  };
  const prune = async (): Promise<void> => {
    await pruneTasks(db, config.keepTasksMs);
    await pruneEnrollmentTokens(db, keepTokensMs);
    await pruneCredentials(db);
    await pruneFigures(db, keepFiguresMs);
    await pruneComponentSets(db, keepComponentsMs);
  };

  const { maintenanceIntervalMs: intervalMs } = config;
  const stack = createStack();
  stack.add(createPeriodic({ name: "end lapsed leases", intervalMs, run: endLapsedPatiently, logger }));
  stack.add(createPeriodic({ name: "expire tasks", intervalMs, run: endExpired, logger }));
  stack.add(createPeriodic({ name: "prune tasks", intervalMs: pruneIntervalMs, run: prune, logger }));

  return {
    start: () => stack.start(),
    stop: () => stack.stop(),
    async runOnce() {
      await endLapsed();
      await endExpired();
      await prune();
    },
  };
}
