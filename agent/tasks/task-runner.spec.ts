import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  AttemptState,
  TaskAction,
  type TaskAssignment,
  TaskAssignmentSchema,
  type TaskUpdate,
} from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { type Journal, openJournal, type TaskResult } from "../journal/index.ts";
import { eventually } from "../scripted-controller/index.ts";
import { createTaskRunner, type ExecutionContext, type TaskExecutors, type TaskRunner } from "./index.ts";

const logger = createLogger({ name: "test", level: "silent" });
const done: TaskResult = { state: "completed", message: "done", retryable: false };
const { COMPLETED, FAILED, CANCELLED, RUNNING } = AttemptState;

const stopCollector = (
  taskId: string,
  extra: MessageInitShape<typeof TaskAssignmentSchema> = {},
  collectorId = "c",
): TaskAssignment =>
  create(TaskAssignmentSchema, {
    taskId,
    attempt: 1,
    leaseToken: 5n,
    action: TaskAction.STOP,
    subject: { case: "collector", value: { collectorId } },
    ...extra,
  });

describe("the task runner", () => {
  let directory: string;
  let journal: Journal;
  let runner: TaskRunner;
  let updates: TaskUpdate[];
  /** Collectors in the order their effects began; each ends when its gate opens. */
  let begun: string[];
  let gates: Map<string, PromiseWithResolvers<TaskResult>>;
  let contexts: Map<string, ExecutionContext>;

  const gate = (name: string): PromiseWithResolvers<TaskResult> => {
    const known = gates.get(name) ?? Promise.withResolvers<TaskResult>();
    gates.set(name, known);
    return known;
  };
  const work = (name: string, context: ExecutionContext): Promise<TaskResult> => {
    begun.push(name);
    contexts.set(name, context);
    return gate(name).promise;
  };
  const executors: TaskExecutors = {
    collector: ({ collectorId }, _, context) => work(collectorId, context),
    loadSimulation: ({ loadSimulationId }, _, context) => work(loadSimulationId, context),
    command: ({ argv }, _, context) => work(argv[0] ?? "", context),
  };
  const open = async (): Promise<void> => {
    journal = await openJournal({ directory, logger });
    runner = createTaskRunner({
      journal,
      executors,
      report: (update) => updates.push(update),
      controllerNowMs: () => 1_000_000,
      logger,
    });
    await runner.resume();
  };
  const close = async (): Promise<void> => {
    await runner.stop();
    await journal.close();
  };
  const finals = () =>
    updates.filter((update) => update.state !== RUNNING).map((update) => [update.taskId, update.attempt, update.state]);

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "phoenix-tasks-"));
    [updates, begun, gates, contexts] = [[], [], new Map(), new Map()];
    await open();
  });
  afterEach(async () => {
    for (const { resolve } of gates.values()) resolve(done);
    await close();
    await rm(directory, { recursive: true, force: true });
  });

  it("reports that it began, how far it is, and how it ended", async () => {
    runner.assign(stopCollector("t"));
    await eventually("the effect", () => begun.length === 1);
    expect(journal.unfinished().map((attempt) => attempt.taskId)).to.deep.equal(["t"]);
    expect(runner.workingOn()).to.deep.equal([{ taskId: "t", attempt: 1, leaseToken: 5n }]);
    contexts.get("c")?.progress(0.5, "half");
    gate("c").resolve(done);
    await eventually("the end", () => finals().length === 1);
    expect(updates.map(({ state, progressRatio }) => [state, progressRatio])).to.deep.equal([
      [RUNNING, 0],
      [RUNNING, 0.5],
      [COMPLETED, 1],
    ]);
    expect(journal.unfinished()).to.deep.equal([]);
    await eventually("nothing in work", () => runner.workingOn().length === 0);
  });

  it("does one thing at a time to a subject, and different subjects side by side", async () => {
    runner.assign(stopCollector("t1", {}, "a"));
    runner.assign(stopCollector("t2", {}, "a"));
    runner.assign(stopCollector("t3", {}, "b"));
    await eventually("two effects", () => begun.length === 2);
    expect(begun).to.have.members(["a", "b"]);
    gate("a").resolve(done);
    await eventually("the third", () => begun.length === 3);
  });

  it("refuses an assignment whose lease is older than the newest it saw of the task", async () => {
    gate("c").resolve({ state: "failed", message: "no", retryable: true });
    runner.assign(stopCollector("t", { leaseToken: 9n }));
    await eventually("the end", () => finals().length === 1);
    await close();
    await open();
    updates.length = 0;
    runner.assign(stopCollector("t", { attempt: 2, leaseToken: 8n }));
    await runner.stop();
    expect({ begun, updates }).to.deep.equal({ begun: ["c"], updates: [] });
  });

  it("drops a waiting try when a newer lease of its task arrives, and makes the newer one", async () => {
    runner.assign(stopCollector("other"));
    await eventually("the lane to be taken", () => begun.length === 1);
    runner.assign(stopCollector("t", { attempt: 1, leaseToken: 6n }));
    runner.assign(stopCollector("t", { attempt: 2, leaseToken: 7n }));
    gate("c").resolve(done);
    await eventually("both tasks", () => finals().length === 2);
    expect(finals()).to.deep.equal([
      ["other", 1, COMPLETED],
      ["t", 2, COMPLETED],
    ]);
  });

  it("never makes a try twice: not while it runs, not after, not after a restart, not as another try", async () => {
    runner.assign(stopCollector("t"));
    runner.assign(stopCollector("t"));
    gate("c").resolve(done);
    await eventually("the end", () => finals().length === 1);
    runner.assign(stopCollector("t"));
    await close();
    await open();
    updates.length = 0;
    runner.assign(stopCollector("t", { attempt: 2, leaseToken: 6n }));
    await eventually("the answer", () => updates.length === 1);
    expect(begun).to.deep.equal(["c"]);
    expect(updates[0]).to.include({ attempt: 2, leaseToken: 6n, state: COMPLETED, fromJournal: true, message: "done" });
  });

  it("makes a newer try of a task that failed, but never the failed try again", async () => {
    gate("c").resolve({ state: "failed", message: "no", retryable: true });
    runner.assign(stopCollector("t"));
    await eventually("the failure", () => finals().length === 1);
    runner.assign(stopCollector("t"));
    runner.assign(stopCollector("t", { attempt: 2, leaseToken: 6n }));
    await eventually("all answers", () => finals().length === 3);
    expect(begun).to.have.length(2);
    expect(updates.filter((update) => update.fromJournal).map((update) => update.attempt)).to.deep.equal([1]);
  });

  it("never tries again what failed for good: the controller only asks because it has not heard of it", async () => {
    gate("c").resolve({ state: "failed", message: "no, and never", retryable: false });
    runner.assign(stopCollector("t"));
    await eventually("the failure", () => finals().length === 1);
    await close();
    await open();
    updates.length = 0;
    runner.assign(stopCollector("t", { attempt: 2, leaseToken: 6n }));
    await eventually("the answer", () => finals().length === 1);
    expect(begun).to.deep.equal(["c"]);
    expect(updates[0]).to.include({ attempt: 2, state: FAILED, fromJournal: true, message: "no, and never" });
  });

  it("calls off what has not begun", async () => {
    runner.assign(stopCollector("t1"));
    runner.assign(stopCollector("t2"));
    await eventually("the first effect", () => begun.length === 1);
    runner.cancel({ $typeName: "phoenix.agent.v1.TaskCancel", taskId: "t2", reason: "the experiment was stopped" });
    gate("c").resolve(done);
    await eventually("both ends", () => finals().length === 2);
    expect(finals()[1]).to.deep.equal(["t2", 1, CANCELLED]);
    expect(begun).to.have.length(1);
  });

  it("does not begin a task after its time", async () => {
    runner.assign(stopCollector("t", { expireTime: timestampFromMs(999_999) }));
    await eventually("the end", () => finals().length === 1);
    expect({ finals: finals(), begun }).to.deep.equal({ finals: [["t", 1, FAILED]], begun: [] });
  });

  it("reports a surprise as a failure that may be tried again", async () => {
    runner.assign(stopCollector("t"));
    await eventually("the effect", () => begun.length === 1);
    gate("c").reject(new Error("EMFILE"));
    await eventually("the end", () => finals().length === 1);
    expect(updates.at(-1))
      .to.include({ state: FAILED, retryable: true })
      .with.property("message")
      .that.contains("EMFILE");
  });

  it("tells again after a restart what it ended shortly before", async () => {
    gate("c").resolve(done);
    runner.assign(stopCollector("t"));
    await eventually("the end", () => finals().length === 1);
    await close();
    updates.length = 0;
    await open();
    expect(updates.map(({ taskId, state, fromJournal }) => [taskId, state, fromJournal])).to.deep.equal([
      ["t", COMPLETED, true],
    ]);
  });

  it("after a SIGKILL in the middle does again what may be done twice, and reports the rest as interrupted", async () => {
    await close();
    const program = fileURLToPath(new URL("./fixture/hanging-runner.ts", import.meta.url));
    const child = spawn(process.execPath, [program, directory], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += chunk;
    });
    await eventually("both effects", () => said.split("\n").length > 2);
    child.kill("SIGKILL");
    await once(child, "close");

    gate("c").resolve(done);
    await open();
    await eventually("both reports", () => finals().length === 2);
    expect(finals()).to.deep.include.members([
      ["restartable", 1, COMPLETED],
      ["program", 1, FAILED],
    ]);
    expect(begun).to.deep.equal(["c"]);
    expect(updates.find(({ taskId }) => taskId === "program")?.message).to.match(/interrupted/i);
    expect(journal.unfinished()).to.deep.equal([]);
  });
});
