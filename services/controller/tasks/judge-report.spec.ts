import { AttemptState, TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { expect } from "chai";
import { judgeReport, type ReportedTask, type ReportFacts } from "./judge-report.ts";
import type { TaskRecord } from "./task.ts";

const task = (over: Partial<TaskRecord> = {}): TaskRecord => ({
  taskId: "t",
  taskSeq: 1n,
  hostId: "h",
  experimentId: null,
  kind: "collector",
  action: TaskAction.START,
  subjectName: "active",
  state: "running",
  attempt: 2,
  maxAttempts: 5,
  priority: 0,
  message: "",
  leaseToken: 20n,
  cancelRequested: false,
  createdAt: new Date(0),
  assignedAt: new Date(0),
  endedAt: null,
  expireAt: null,
  ...over,
});

const stored = (over: Partial<TaskRecord> = {}, rest: Partial<ReportedTask> = {}): ReportedTask => ({
  task: task(over),
  currentSession: 3n,
  recorded: null,
  ...rest,
});

const report: ReportFacts = { hostId: "h", session: 3n, attempt: 2, leaseToken: 20n, state: AttemptState.COMPLETED };

describe("judgeReport", () => {
  it("accepts the holder of the newest lease, also after it lapsed", () => {
    expect(judgeReport(report, stored())).to.equal("accepted");
    expect(judgeReport(report, stored({ state: "assigned" }))).to.equal("accepted");
    expect(judgeReport(report, stored({ state: "pending" }))).to.equal("accepted");
  });

  it("refuses an older lease, an older try and an older session (I3)", () => {
    expect(judgeReport({ ...report, leaseToken: 19n }, stored())).to.equal("stale");
    expect(judgeReport({ ...report, attempt: 1 }, stored())).to.equal("stale");
    expect(judgeReport({ ...report, session: 2n }, stored())).to.equal("stale");
  });

  it("refuses any report of a task that is over, and tells a repetition apart", () => {
    const over = { state: "completed", endedAt: new Date(1) } as const;
    expect(judgeReport({ ...report, state: AttemptState.FAILED }, stored(over))).to.equal("stale");
    const recorded = { leaseToken: 20n, outcome: "completed" };
    expect(judgeReport(report, stored(over, { recorded }))).to.equal("duplicate");
    expect(judgeReport({ ...report, state: AttemptState.FAILED }, stored(over, { recorded }))).to.equal("stale");
  });

  it("knows no task of another host", () => {
    expect(judgeReport({ ...report, hostId: "other" }, stored())).to.equal("unknown");
    expect(judgeReport(report, null)).to.equal("unknown");
  });
});
