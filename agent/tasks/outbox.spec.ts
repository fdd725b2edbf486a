import { create } from "@bufbuild/protobuf";
import { AttemptState, type TaskUpdate, TaskUpdateSchema } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { expect } from "chai";
import { createOutbox } from "./index.ts";

const { RUNNING, COMPLETED } = AttemptState;
const report = (taskId: string, state: TaskUpdate["state"], progressRatio = 0) =>
  create(TaskUpdateSchema, { taskId, attempt: 1, state, progressRatio });

describe("the outbox", () => {
  let sent: string[];
  let line: boolean;
  let nowMs: number;
  const make = () =>
    createOutbox(
      async (update) => {
        if (line) sent.push(`${update.taskId} ${nameOf(update.state)} ${update.progressRatio}`);
        return line;
      },
      () => nowMs,
    );
  const nameOf = (state: number) => (state === RUNNING ? "running" : "completed");
  beforeEach(() => {
    [sent, line, nowMs] = [[], true, 0];
  });

  it("keeps reports until there is a session, without those that were overtaken", async () => {
    const outbox = make();
    outbox.put(report("a", RUNNING, 0.1));
    outbox.put(report("a", RUNNING, 0.5));
    outbox.put(report("b", RUNNING));
    outbox.put(report("b", COMPLETED));
    expect(sent).to.deep.equal([]);
    outbox.open();
    await outbox.settle(1_000);
    expect(sent).to.deep.equal(["a running 0.5", "b completed 0"]);
  });

  it("tells by its end alone a try that ends within a moment, and in two reports one that goes on", async () => {
    const outbox = make();
    outbox.open();
    outbox.put(report("quick", RUNNING));
    outbox.put(report("slow", RUNNING));
    outbox.put(report("quick", COMPLETED));
    while (sent.length < 1) await new Promise((resolve) => setImmediate(resolve));
    expect(sent).to.deep.equal(["quick completed 0"]);
    nowMs = 50;
    while (sent.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    outbox.put(report("slow", COMPLETED));
    await outbox.settle(1_000);
    expect(sent).to.deep.equal(["quick completed 0", "slow running 0", "slow completed 0"]);
  });

  it("does not put off again what is told anew", async () => {
    const outbox = make();
    outbox.open();
    outbox.put(report("a", RUNNING, 0.1));
    nowMs = 49;
    outbox.put(report("a", RUNNING, 0.2));
    nowMs = 50;
    while (sent.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(sent).to.deep.equal(["a running 0.2"]);
    outbox.shut();
  });

  it("keeps what could not be sent for the next session", async () => {
    const outbox = make();
    outbox.open();
    line = false;
    outbox.put(report("a", COMPLETED));
    await outbox.settle(1_000);
    outbox.shut();
    line = true;
    outbox.open();
    await outbox.settle(1_000);
    expect(sent).to.deep.equal(["a completed 0"]);
  });

  it("sends a result again that went out shortly before the session ended, and no older one", async () => {
    const outbox = make();
    outbox.open();
    outbox.put(report("old", COMPLETED));
    await outbox.settle(1_000);
    nowMs = 59_000;
    outbox.put(report("new", COMPLETED));
    await outbox.settle(1_000);
    nowMs = 61_000;
    outbox.shut();
    sent = [];
    outbox.open();
    await outbox.settle(1_000);
    expect(sent).to.deep.equal(["new completed 0"]);
  });
});
