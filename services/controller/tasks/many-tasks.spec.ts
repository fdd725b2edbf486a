import { create } from "@bufbuild/protobuf";
import {
  AttemptState,
  TaskAction,
  type TaskAssignment,
  TaskUpdateSchema,
} from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { createLogger } from "@phoenix/platform/logging";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Platform1700000000001 } from "../../../migrations/0001-platform.ts";
import { Fleet1700000000002 } from "../../../migrations/0002-fleet.ts";
import { Queue1700000000010 } from "../../../migrations/0010-queue.ts";
import { claimDueTasks } from "../testing/claim-due-tasks.ts";
import { until } from "../testing/until.ts";
import { claimTasks } from "./claim-tasks.ts";
import { findWork } from "./find-work.ts";
import {
  cancelTask,
  createDispatcher,
  createReportIntake,
  type Dispatcher,
  enqueueTasks,
  getTask,
  type NewTask,
} from "./index.ts";
import { lookAtHostsTasks } from "./look-for-tasks.ts";

after(stopTestDatabases);

describe("many tasks at once", () => {
  let db: Database;
  let transactions = 0;
  const ended: string[] = [];
  let onTryEnd: (hostId: string) => void;
  let dispatcher: Dispatcher | undefined;
  const hosts = Array.from({ length: 40 }, (_, index) => ({ hostId: `h${index}`, session: 1n }));
  const rules = {
    leaseMs: 60_000,
    retryBaseMs: 1,
    retryMaxMs: 1,
    async onTaskEnd(_tx: unknown, { taskId }: { taskId: string }) {
      ended.push(taskId);
    },
  };
  const newTask = (hostId: string, over: Partial<NewTask> = {}): NewTask => ({
    hostId,
    kind: "collector",
    action: TaskAction.START,
    subject: { case: "collector", value: { collectorId: "active", configDigest: "a".repeat(64) } },
    subjectName: "active",
    ...over,
  });
  const enqueue = (...tasks: NewTask[]) => db.transaction((tx) => enqueueTasks(tx, tasks));
  const claim = async () => (await claimDueTasks(db, hosts, rules.leaseMs, 100)).map(({ assignment }) => assignment);
  const intake = () => {
    const counted: Database = {
      ...db,
      transaction(fn, how) {
        transactions += 1;
        return db.transaction(fn, how);
      },
    };
    const { report } = createReportIntake({
      db: counted,
      rules,
      maxBatch: 100,
      onTryEnd: (hostId) => onTryEnd(hostId),
    });
    return ({ taskId, attempt, leaseToken }: TaskAssignment, state: AttemptState, message = "") => {
      const update = create(TaskUpdateSchema, { taskId, attempt, leaseToken, state, message, retryable: true });
      return report({ hostId: hostOf.get(taskId) ?? "", session: 1n }, update);
    };
  };
  const hostOf = new Map<string, string>();
  const enqueueForAll = async () => {
    const ids = await enqueue(...hosts.map(({ hostId }) => newTask(hostId)));
    for (const [index, taskId] of ids.entries()) hostOf.set(taskId, hosts[index]?.hostId ?? "");
    return ids;
  };

  beforeEach(async () => {
    transactions = 0;
    ended.length = 0;
    onTryEnd = () => undefined;
    hostOf.clear();
    db = await createTestDatabase({ migrations: [Platform1700000000001, Fleet1700000000002, Queue1700000000010] });
    const ids = [hosts.map(({ hostId }) => hostId)];
    await db.query(`insert into hosts (host_id, host_name) select h, h from unnest($1::text[]) h`, ids);
    await db.query(
      `insert into agent_status (host_id, facts, state, session, last_seen_at)
       select h, '{}', 'online', 1, now() from unnest($1::text[]) h`,
      ids,
    );
  });
  afterEach(async () => {
    await dispatcher?.stop();
    dispatcher = undefined;
    await db.close();
  });

  it("are enqueued in their order, with the ids of those that were there already", async () => {
    const [known] = await enqueue(newTask("h1", { dedupeKey: "k" }));
    const ids = await enqueue(
      newTask("h2", { expiresInMs: 60_000 }),
      newTask("h1", { dedupeKey: "k" }),
      newTask("h3", { dedupeKey: "new", subjectName: "x" }),
      newTask("h3", { dedupeKey: "new", subjectName: "x" }),
    );
    expect(ids[1]).to.equal(known);
    expect(ids[3]).to.equal(ids[2]);
    expect(new Set(ids).size).to.equal(3);
    expect((await claim()).map(({ taskId }) => taskId)).to.deep.equal([known, ids[0], ids[2]]);
  });

  it("are found by their hosts, the most urgent first, with the cancels nobody told", async () => {
    const [, , later] = await enqueue(newTask("h1"), newTask("h2", { priority: 5 }), newTask("h3"));
    expect(await findWork(db)).to.deep.equal(["h2", "h1", "h3"]);
    await claim();
    expect(await findWork(db)).to.deep.equal([]);
    await db.transaction((tx) => cancelTask(tx, later ?? "", "not needed", rules.onTaskEnd));
    expect(await findWork(db)).to.deep.equal(["h3"]);
  });

  it("are given once although a claim names them twice, in the order in which it does", async () => {
    const ids = await enqueue(newTask("h0"), newTask("h1"));
    const [first, second] = (await lookAtHostsTasks(db, ["h0", "h1"], 1)).toSorted((a, b) =>
      a.hostId < b.hostId ? -1 : 1,
    );
    const named = [second!, first!, second!, first!].map((task) => ({ ...task, session: 1n }));
    const claimed = await claimTasks(db, named, rules.leaseMs);
    expect(claimed.map(({ assignment }) => assignment.taskId)).to.deep.equal(ids.toReversed());
  });

  it("are seen host by host, of each its most urgent", async () => {
    const wanted = Array.from({ length: 3 }, (_, n) => newTask("h0", { subjectName: `s${n}`, priority: n }));
    await enqueue(...wanted, newTask("h1"), newTask("h2"));
    const seen = await lookAtHostsTasks(db, ["h1", "h0", "h7"], 2);
    const show = seen.map(({ hostId, priority }) => `${hostId} ${priority}`);
    expect(show.toSorted()).to.deep.equal(["h0 1", "h0 2", "h1 0"]);
  });

  /** Starts a dispatcher that takes them in claims of four and looks at everything only once. */
  const dispatch = async (over: {
    sightLimit?: number;
    onTask(taskId: string, assignment: TaskAssignment): void;
  }): Promise<void> => {
    dispatcher = createDispatcher({
      db,
      logger: createLogger({ name: "test", level: "silent" }),
      leaseMs: rules.leaseMs,
      pollIntervalMs: 3_600_000,
      wakeDebounceMs: 0,
      claimBatch: 4,
      sightLimit: over.sightLimit ?? 100,
      onAssigned: () => undefined,
      agents: {
        ready: (hostId) => ({ hostId, session: 1n }),
        assign(_hostId, _session, assignment) {
          over.onTask(assignment.taskId, assignment);
          return true;
        },
        cancel: () => true,
      },
    });
    onTryEnd = dispatcher.tryEnded;
    await dispatcher.start();
  };

  it("all reach a host at one look, however many there are", async () => {
    await enqueue(...Array.from({ length: 30 }, (_, n) => newTask("h0", { subjectName: `s${n}` })), newTask("h1"));
    const given: string[] = [];
    await dispatch({ onTask: (taskId) => given.push(taskId) });
    await until("all tasks are given", () => given.length === 31 || undefined);
  });

  it("all reach their hosts although they are more than one look shows", async () => {
    const ids = await enqueue(...Array.from({ length: 50 }, (_, n) => newTask(`h${n % 3}`, { subjectName: `s${n}` })));
    const given: string[] = [];
    await dispatch({ sightLimit: 8, onTask: (taskId) => given.push(taskId) });
    await until("all tasks are given", () => given.length === 50 || undefined);
    expect(given.toSorted()).to.deep.equal(ids.toSorted());
  });

  it("do not keep an urgent one that comes later waiting for them all", async () => {
    const many = 2_000;
    await enqueue(...Array.from({ length: many }, (_, n) => newTask(`h${n % 40}`, { subjectName: `s${n}` })));
    const given: string[] = [];
    let urgent: Promise<string[]> | undefined;
    await dispatch({
      onTask(taskId) {
        given.push(taskId);
        urgent ??= enqueue(newTask("h0", { subjectName: "urgent", priority: 1 }));
      },
    });
    await until("all tasks are given", () => given.length === many + 1 || undefined);
    const [id] = (await urgent) ?? [];
    expect(given.indexOf(id ?? "")).to.be.within(1, many - 1);
  });

  it("of one subject go one after the other, the next as soon as one has ended", async () => {
    const chain = Array.from({ length: 5 }, () => newTask("h0"));
    const ids = await enqueue(...chain, newTask("h0", { subjectName: "other" }));
    for (const taskId of ids) hostOf.set(taskId, "h0");
    const report = intake();
    const given: string[] = [];
    await dispatch({
      onTask(taskId, assignment) {
        given.push(taskId);
        void report(assignment, AttemptState.COMPLETED);
      },
    });
    await until("all tasks have ended", () => ended.length === 6 || undefined);
    expect(given.filter((taskId) => taskId !== ids[5])).to.deep.equal(ids.slice(0, 5));
  });

  it("are reported in few transactions, each report with its own verdict", async () => {
    const ids = await enqueueForAll();
    const assignments = await claim();
    const report = intake();
    const running = assignments.map((assignment) => report(assignment, AttemptState.RUNNING));
    const completed = assignments.map((assignment) => report(assignment, AttemptState.COMPLETED));
    const stale = { ...assignments[0]!, leaseToken: 0n };
    const verdicts = await Promise.all([...running, ...completed, report(stale, AttemptState.FAILED)]);
    expect(verdicts).to.deep.equal([...Array.from({ length: 80 }, () => "accepted"), "stale"]);
    expect(transactions).to.be.at.most(4);
    expect(ended.toSorted()).to.deep.equal(ids.toSorted());
  });

  it("are stored although one of their reports cannot be", async () => {
    await enqueueForAll();
    const [bad, ...good] = await claim();
    const report = intake();
    // The first has a transaction to itself, so that all others share the next.
    await report(bad!, AttemptState.RUNNING);
    const first = report(good[0]!, AttemptState.RUNNING);
    const refused = report(bad!, AttemptState.COMPLETED, "PostgreSQL keeps no \0 in text").catch(String);
    const stored = await Promise.all(good.slice(1).map((one) => report(one, AttemptState.FAILED, "busy")));
    expect(await first).to.equal("accepted");
    expect(await refused).to.contain("invalid byte sequence");
    expect(new Set(stored)).to.deep.equal(new Set(["accepted"]));
    expect((await getTask(db, bad!.taskId))?.state).to.equal("running");
    expect((await getTask(db, good[1]!.taskId))?.state).to.equal("pending");
  });
});
