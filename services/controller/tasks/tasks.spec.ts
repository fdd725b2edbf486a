import { create } from "@bufbuild/protobuf";
import {
  AttemptState,
  TaskAction,
  type TaskAssignment,
  TaskUpdateSchema,
} from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, isPhoenixError } from "@phoenix/platform/errors";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Platform1700000000001 } from "../../../migrations/0001-platform.ts";
import { Fleet1700000000002 } from "../../../migrations/0002-fleet.ts";
import { Queue1700000000010 } from "../../../migrations/0010-queue.ts";
import { claimDueTasks } from "../testing/claim-due-tasks.ts";
import {
  cancelExperimentTasks,
  cancelTask,
  type EndedTask,
  enqueueTask,
  expireTasks,
  getTask,
  lapseLeases,
  type NewTask,
  pruneTasks,
  renewLeases,
  reportTask,
  resumeTasks,
} from "./index.ts";
import { takeCancels } from "./take-cancels.ts";

after(stopTestDatabases);

describe("agent_tasks", () => {
  let db: Database;
  let ended: EndedTask[];
  const rules = {
    leaseMs: 60_000,
    retryBaseMs: 1,
    retryMaxMs: 1,
    async onTaskEnd(_tx: unknown, task: EndedTask) {
      ended.push(task);
    },
  };
  const held = { hostId: "h1", session: 1n };

  const newTask = (over: Partial<NewTask> = {}): NewTask => ({
    hostId: "h1",
    kind: "collector",
    action: TaskAction.START,
    subject: { case: "collector", value: { collectorId: "active", configDigest: "a".repeat(64) } },
    subjectName: "active",
    ...over,
  });
  const enqueue = (over: Partial<NewTask> = {}) => db.transaction((tx) => enqueueTask(tx, newTask(over)));
  const claim = async (leaseMs = rules.leaseMs) =>
    (await claimDueTasks(db, [held], leaseMs, 100)).map((c) => c.assignment);
  const update = (
    assignment: TaskAssignment,
    state: AttemptState,
    over: { message?: string; retryable?: boolean } = {},
  ) =>
    create(TaskUpdateSchema, {
      taskId: assignment.taskId,
      attempt: assignment.attempt,
      leaseToken: assignment.leaseToken,
      state,
      ...over,
    });
  const report = (...args: Parameters<typeof update>) => reportTask(db, held, update(...args), rules);
  const stateOf = async (taskId: string) => (await getTask(db, taskId))?.state;

  const addHost = async (hostId: string, session: number) => {
    await db.query(`insert into hosts (host_id, host_name) values ($1, $1)`, [hostId]);
    await db.query(
      `insert into agent_status (host_id, facts, state, session, last_seen_at) values ($1, '{}', 'online', $2, now())`,
      [hostId, session],
    );
  };

  beforeEach(async () => {
    ended = [];
    db = await createTestDatabase({ migrations: [Platform1700000000001, Fleet1700000000002, Queue1700000000010] });
    await addHost("h1", 1);
  });
  afterEach(() => db.close());

  it("gives a task with its payload, runs it and ends it, telling the listener once", async () => {
    const taskId = await enqueue({ experimentId: "e1", expiresInMs: 60_000 });
    const [assignment] = await claim();
    expect(assignment).to.include({ taskId, attempt: 1, action: TaskAction.START });
    expect(assignment?.subject).to.deep.include({ case: "collector" });
    expect(assignment?.expireTime).to.not.equal(undefined);
    expect(await claim()).to.deep.equal([]);
    expect(await report(assignment!, AttemptState.RUNNING)).to.equal("accepted");
    expect(await stateOf(taskId)).to.equal("running");
    expect(await report(assignment!, AttemptState.COMPLETED, { message: "healthy" })).to.equal("accepted");
    expect(await report(assignment!, AttemptState.COMPLETED)).to.equal("duplicate");
    expect(await report(assignment!, AttemptState.RUNNING)).to.equal("stale");
    expect(ended).to.have.length(1);
    expect(ended[0]).to.include({ taskId, state: "completed", experimentId: "e1", message: "healthy", attempt: 1 });
  });

  it("enqueues one task for one dedupe key, also when two transactions do it at once", async () => {
    const ids = await Promise.all([1, 2, 3].map(() => enqueue({ dedupeKey: "start e1" })));
    expect(new Set(ids).size).to.equal(1);
    expect(await claim()).to.have.length(1);
  });

  it("refuses a host nobody enrolled, and new work for one that drains", async () => {
    const refusal = async (over: Partial<NewTask>) =>
      enqueue(over).then(
        () => null,
        (error: unknown) => error,
      );
    expect(isPhoenixError(await refusal({ hostId: "h9" }), ErrorReason.HOST_NOT_FOUND)).to.equal(true);
    await db.query(`update hosts set draining = true`);
    expect(isPhoenixError(await refusal({}), ErrorReason.HOST_DRAINING)).to.equal(true);
    expect(await refusal({ action: TaskAction.STOP })).to.equal(null);
  });

  it("gives higher priority first, and tasks of one subject one after the other", async () => {
    const start = await enqueue();
    const stop = await enqueue({ action: TaskAction.STOP, priority: 9 });
    const other = await enqueue({ subjectName: "other", priority: 5 });
    const first = await claim();
    expect(first.map((a) => a.taskId)).to.deep.equal([other, start]);
    await report(first[1]!, AttemptState.FAILED, { retryable: true, message: "busy" });
    expect(await stateOf(start)).to.equal("pending");
    const second = await claimUntilSome();
    expect(second.map((a) => a.taskId)).to.deep.equal([start]);
    await report(second[0]!, AttemptState.COMPLETED);
    expect((await claim()).map((a) => a.taskId)).to.deep.equal([stop]);
  });

  /** The back-off is a millisecond at most here. */
  async function claimUntilSome() {
    for (;;) {
      const claimed = await claim();
      if (claimed.length > 0) return claimed;
    }
  }

  it("never gives one try to two claimers", async () => {
    const ids = await Promise.all(Array.from({ length: 40 }, (_, n) => enqueue({ subjectName: `s${n}` })));
    const claims = (await Promise.all(Array.from({ length: 8 }, () => claimDueTasks(db, [held], 1000, 10)))).flat();
    const rest = await claim();
    const given = [...claims.map((c) => c.assignment), ...rest];
    expect(given.map((a) => a.taskId).sort()).to.deep.equal([...ids].sort());
    expect(new Set(given.map((a) => a.leaseToken)).size).to.equal(40);
  });

  it("gives nothing to a session that a newer one replaced", async () => {
    await enqueue();
    await db.query(`update agent_status set session = 2`);
    expect(await claim()).to.deep.equal([]);
    expect(await claimDueTasks(db, [{ hostId: "h1", session: 2n }], 1000, 10)).to.have.length(1);
  });

  it("repeats a lapsed try under a newer token and refuses words of the older one (I3)", async () => {
    const taskId = await enqueue();
    const [first] = await claim(0);
    expect(await lapseLeases(db, rules)).to.equal(1);
    const [second] = await claim();
    expect(second?.attempt).to.equal(2);
    expect(second!.leaseToken > first!.leaseToken).to.equal(true);
    expect(await report(first!, AttemptState.COMPLETED)).to.equal("stale");
    expect(await renewLeases(db, [{ ...first!, hostId: "h1" }], 1000)).to.equal(0);
    expect(await report(second!, AttemptState.COMPLETED)).to.equal("accepted");
    const history = await db.query(`select attempt, outcome from agent_task_attempts where task_id = $1 order by 1`, [
      taskId,
    ]);
    expect(history).to.deep.equal([
      { attempt: 1, outcome: "lapsed" },
      { attempt: 2, outcome: "completed" },
    ]);
  });

  it("lets the holder of a lapsed lease go on while nobody else got one", async () => {
    const taskId = await enqueue();
    const [first] = await claim(0);
    await lapseLeases(db, rules);
    expect(await renewLeases(db, [{ ...first!, hostId: "h1" }], 60_000)).to.equal(1);
    expect(await stateOf(taskId)).to.equal("running");
    expect(await claim()).to.deep.equal([]);
    expect(await report(first!, AttemptState.COMPLETED)).to.equal("accepted");
    const history = await db.query(`select attempt, outcome from agent_task_attempts`);
    expect(history).to.deep.equal([{ attempt: 1, outcome: "completed" }]);
  });

  it("fails after the most tries, with the last words", async () => {
    const taskId = await enqueue({ maxAttempts: 2 });
    await report((await claim())[0]!, AttemptState.FAILED, { retryable: true, message: "port taken" });
    await report((await claimUntilSome())[0]!, AttemptState.FAILED, { retryable: true, message: "port taken" });
    expect(await stateOf(taskId)).to.equal("failed");
    expect(ended[0]?.message).to.equal("port taken (try 2 of 2, the last)");
  });

  it("on Hello keeps the leases the agent lists and gives the others again at once", async () => {
    const kept = await enqueue({ subjectName: "kept" });
    const lost = await enqueue({ subjectName: "lost" });
    const claimed = await claim();
    const unfinished = claimed.filter((a) => a.taskId === kept);
    await db.query(`update agent_status set session = 2`);
    const now = { hostId: "h1", session: 2n };
    const counts = await db.transaction((tx) => resumeTasks(tx, now, unfinished, rules));
    expect(counts).to.deep.equal({ kept: 1, returned: 1 });
    const again = await claimDueTasks(db, [now], 1000, 10);
    expect(again.map((c) => [c.assignment.taskId, c.assignment.attempt])).to.deep.equal([[lost, 2]]);
    expect(await stateOf(kept)).to.equal("assigned");
    // A second Hello on the same session leaves what was given on it alone.
    const repeated = await db.transaction((tx) => resumeTasks(tx, now, unfinished, rules));
    expect(repeated).to.deep.equal({ kept: 1, returned: 0 });
  });

  it("calls off a waiting task at once and tells the agent of one it has", async () => {
    const waiting = await enqueue();
    await db.transaction((tx) => cancelTask(tx, waiting, "not needed", rules.onTaskEnd));
    expect(await stateOf(waiting)).to.equal("cancelled");
    const given = await enqueue();
    const [assignment] = await claim();
    await db.transaction((tx) => cancelTask(tx, given, "not needed", rules.onTaskEnd));
    expect((await takeCancels(db, [held])).map((due) => due.cancel.taskId)).to.deep.equal([given]);
    expect(await takeCancels(db, [held])).to.deep.equal([]);
    expect(await report(assignment!, AttemptState.CANCELLED)).to.equal("accepted");
    expect(ended.map((task) => task.state)).to.deep.equal(["cancelled", "cancelled"]);
  });

  it("ends a called off task when its agent never answers", async () => {
    const taskId = await enqueue();
    await claim(0);
    await db.transaction((tx) => cancelTask(tx, taskId, "not needed", rules.onTaskEnd));
    await lapseLeases(db, rules);
    expect(ended.map((task) => [task.state, task.message])).to.deep.equal([["cancelled", "not needed"]]);
  });

  it("calls off all tasks of an experiment", async () => {
    const given = await enqueue({ experimentId: "e1", subjectName: "a" });
    await claim();
    const waiting = await enqueue({ experimentId: "e1", subjectName: "b" });
    const foreign = await enqueue({ experimentId: "e2", subjectName: "c" });
    expect(await db.transaction((tx) => cancelExperimentTasks(tx, "e1", "stopped"))).to.equal(2);
    expect(await stateOf(waiting)).to.equal("cancelled");
    expect(await stateOf(foreign)).to.equal("pending");
    expect((await takeCancels(db, [held])).map((due) => due.cancel.taskId)).to.deep.equal([given]);
  });

  it("expires what was not begun in time and never gives it", async () => {
    const taskId = await enqueue({ expiresInMs: 0 });
    expect(await claim()).to.deep.equal([]);
    await expireTasks(db, rules.onTaskEnd);
    expect(await stateOf(taskId)).to.equal("expired");
    expect(ended.map((task) => task.state)).to.deep.equal(["expired"]);
  });

  it("does not store an end that the listener could not act on", async () => {
    const taskId = await enqueue();
    const [assignment] = await claim();
    const refusing = { ...rules, onTaskEnd: () => Promise.reject(new Error("not now")) };
    const failure = await reportTask(db, held, update(assignment!, AttemptState.COMPLETED), refusing).catch(String);
    expect(failure).to.contain("not now");
    expect(await stateOf(taskId)).to.equal("assigned");
    expect(await report(assignment!, AttemptState.COMPLETED)).to.equal("accepted");
  });

  it("makes every step of an open task a heap-only update", async () => {
    await enqueue();
    await db.transaction(async (tx) => {
      const hot = async () => {
        const sql = `select pg_stat_get_xact_tuples_hot_updated('agent_tasks'::regclass)::int as hot,
          pg_stat_get_xact_tuples_updated('agent_tasks'::regclass)::int as all`;
        return (await tx.query<{ hot: number; all: number }>(sql))[0];
      };
      const [claimed] = await claimDueTasks(tx, [held], 1000, 1);
      const { assignment } = claimed!;
      await renewLeases(tx, [{ ...assignment, hostId: "h1" }], 1000);
      await tx.query(`update agent_tasks set state = 'running'`);
      await renewLeases(tx, [{ ...assignment, hostId: "h1" }], 1000);
      expect(await hot()).to.deep.equal({ hot: 4, all: 4 });
    });
  });

  it("has no room for impossible rows", async () => {
    const taskId = await enqueue();
    const impossible = [
      `state = 'running'`,
      `state = 'completed'`,
      `state = 'failed', ended_at = now()`,
      `ended_at = now()`,
      `attempt = 6, assigned_at = now(), assigned_session = 1`,
      `lease_until = now(), lease_token = 1`,
      `cancel_requested_at = now()`,
      `state = 'gone'`,
    ];
    for (const change of impossible) {
      const error = await db.query(`update agent_tasks set ${change}`).then(
        () => null,
        (e: { code: string }) => e.code,
      );
      expect(error, change).to.equal("23514");
    }
    expect(await stateOf(taskId)).to.equal("pending");
  });

  it("forgets tasks that ended long ago, and no others", async () => {
    const taskId = await enqueue();
    await enqueue({ subjectName: "open" });
    await db.transaction((tx) => cancelTask(tx, taskId, "", rules.onTaskEnd));
    expect(await pruneTasks(db, 60_000)).to.equal(0);
    expect(await pruneTasks(db, -1)).to.equal(1);
    expect(await getTask(db, taskId)).to.equal(null);
  });
});
