import { create } from "@bufbuild/protobuf";
import {
  type ClaimedTask,
  createDispatcher,
  createLeasePatience,
  createReportIntake,
  enqueueTasks,
  lapseLeases,
  noHorizon,
  raiseHorizon,
} from "@phoenix/controller/tasks";
import { AttemptState, TaskAction, TaskUpdateSchema } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { migrations } from "@phoenix/migrations";
import { createDatabase, migrate } from "@phoenix/platform/database";
import { createPeriodic } from "@phoenix/platform/lifecycle";
import { createLogger } from "@phoenix/platform/logging";
import type { Job, Queue } from "./queue-driver.ts";

const hosts = 1_000;
const leaseMs = 10_000;

/** The controller's queue: its dispatcher and its intake of reports, with hosts that answer at once instead of agents. */
export const phoenixQueue: Queue = {
  name: "Phoenix",
  settings: `${hosts} hosts, defaults of the controller`,
  async open(url) {
    const logger = createLogger({ name: "bench", level: "error" });
    const db = await createDatabase({ url, logger });
    await migrate(db, migrations, "up");
    const hostIds = Array.from({ length: hosts }, (_, index) => `host-${index}`);
    await db.query(
      `insert into hosts (host_id, host_name) select h, h from unnest($1::text[]) h on conflict do nothing`,
      [hostIds],
    );
    await db.query(
      `insert into agent_status (host_id, facts, state, session, last_seen_at)
       select h, '{}', 'online', 1, now() from unnest($1::text[]) h on conflict do nothing`,
      [hostIds],
    );
    const rules = { leaseMs, retryBaseMs: 1_000, retryMaxMs: 60_000, onTaskEnd: async () => undefined };
    const intake = createReportIntake({
      db,
      rules,
      maxBatch: 500,
      onTryEnd: (hostId) => dispatcher.tryEnded(hostId),
    });
    let onJob: Job = () => undefined;
    let added = 0;
    let done = 0;

    const doJob = async (hostId: string, assignment: ClaimedTask["assignment"]): Promise<void> => {
      const { taskId, attempt, leaseToken, subject } = assignment;
      await onJob(subject.case === "collector" ? subject.value.pipeline : "");
      const update = create(TaskUpdateSchema, { taskId, attempt, leaseToken, state: AttemptState.COMPLETED });
      if ((await intake.report({ hostId, session: 1n }, update)) === "accepted") done += 1;
    };
    const patience = createLeasePatience({ leaseMs, patienceMs: 4_500 });
    let floor = noHorizon;
    const maintenance = createPeriodic({
      name: "end lapsed leases",
      intervalMs: 500,
      logger,
      async run() {
        if (!patience.mayEnd(performance.now())) return;
        floor = await raiseHorizon(db, floor);
        await lapseLeases(db, rules, floor);
      },
    });
    const dispatcher = createDispatcher({
      db,
      logger,
      leaseMs,
      pollIntervalMs: 1_000,
      wakeDebounceMs: 5,
      claimBatch: 500,
      onAssigned: () => undefined,
      agents: {
        ready: (hostId) => ({ hostId, session: 1n }),
        assign(hostId, _session, assignment) {
          void doJob(hostId, assignment);
          return true;
        },
        cancel: () => true,
      },
    });

    return {
      async add(batch, count) {
        const tasks = Array.from({ length: count }, () => {
          added += 1;
          const hostId = hostIds[added % hosts] ?? "";
          const value = { collectorId: `c${added}`, configDigest: "a".repeat(64), pipeline: batch };
          const subject = { case: "collector" as const, value };
          return { hostId, kind: "collector" as const, action: TaskAction.START, subject, subjectName: `c${added}` };
        });
        await db.transaction((tx) => enqueueTasks(tx, tasks));
      },
      async start() {
        await maintenance.start();
        await dispatcher.start();
      },
      onJob(job) {
        onJob = job;
      },
      // Accepted means stored; each task is accepted once.
      left: async () => added - done,
      async stop() {
        await dispatcher.stop();
        await maintenance.stop();
        await db.close();
      },
    };
  },
};
