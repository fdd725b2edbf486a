import { expect } from "chai";
import fc from "fast-check";
import { checkHistory } from "./check-history.ts";
import { createHistory } from "./history.ts";
import type { Entry, Operation } from "./operation.ts";

const host = "host-1";

/** A task that fails some times and then succeeds, on a session of its own for each try. */
function lifeOfTask(taskId: string, failures: number, subject: string, interrupted: boolean): Operation[] {
  const operations: Operation[] = [{ kind: "task-acknowledged", taskId, hostId: host }];
  const tries = Array.from({ length: failures + 1 }, (_, index) => index + 1);
  for (const attempt of tries) {
    const last = attempt === tries.length;
    const [state, ref] = [last ? "completed" : "failed", { taskId, attempt, hostId: host }];
    const reportId = `${taskId}-${attempt}`;
    const fence = { session: 1n, leaseToken: BigInt(attempt) };
    operations.push({ kind: "assigned", ...ref, ...fence });
    operations.push({ kind: "effect-begun", ...ref, resumed: false });
    if (interrupted) operations.push({ kind: "effect-begun", ...ref, resumed: true });
    operations.push({ kind: "effect-ended", ...ref, done: last });
    if (last) operations.push({ kind: "config-applied", hostId: host, subject, version: 1 });
    operations.push({ kind: "report-sent", reportId, ...ref, ...fence, state });
    operations.push({ kind: "report-answered", reportId, accepted: true });
    operations.push({ kind: "report-sent", reportId: `${reportId}-again`, ...ref, ...fence, state });
  }
  return operations;
}

function lifeOfObservation(key: string, count: number, acknowledged: boolean): Operation[] {
  const made: Operation = { kind: "observed", key, count };
  return acknowledged ? [made, { kind: "observation-acknowledged", key }] : [made];
}

/** Puts the lives together in any order that keeps each of them in its own. */
function interleave(lives: readonly Operation[][], order: readonly number[]): Operation[] {
  const queues = lives.map((life) => [...life]);
  const woven: Operation[] = [];
  for (let turn = 0; queues.some((queue) => queue.length > 0); turn++) {
    const waiting = queues.filter((queue) => queue.length > 0);
    const next = waiting[(order[turn % Math.max(1, order.length)] ?? 0) % waiting.length]?.shift();
    if (next !== undefined) woven.push(next);
  }
  return woven;
}

const cleanOperations = fc
  .record({
    tasks: fc.array(fc.record({ failures: fc.nat(3), interrupted: fc.boolean() }), { minLength: 1, maxLength: 6 }),
    observations: fc.array(fc.record({ count: fc.nat(100), acknowledged: fc.boolean() }), { maxLength: 8 }),
    order: fc.array(fc.nat(50), { minLength: 1, maxLength: 40 }),
  })
  .map(({ tasks, observations, order }) => {
    const lives = [
      ...tasks.map(({ failures, interrupted }, n) => lifeOfTask(`t${n}`, failures, `s${n}`, interrupted)),
      ...observations.map(({ count, acknowledged }, n) => lifeOfObservation(`o${n}`, count, acknowledged)),
    ];
    const afterwards: Operation[] = [
      ...tasks.map((_, n): Operation => ({ kind: "task-found", taskId: `t${n}`, state: "completed" })),
      ...tasks.map(
        ({ failures }, n): Operation => ({
          kind: "attempt-found",
          taskId: `t${n}`,
          attempt: failures + 1,
          outcome: "completed",
          reportId: `t${n}-${failures + 1}`,
        }),
      ),
      ...observations.flatMap(({ count, acknowledged }, n): Operation[] =>
        acknowledged ? [{ kind: "observation-found", key: `o${n}`, count }] : [],
      ),
    ];
    return [{ kind: "session-opened", hostId: host, session: 1n } as const, ...interleave(lives, order), ...afterwards];
  });

function entriesOf(operations: readonly Operation[]): readonly Entry[] {
  let clock = 0;
  const history = createHistory(() => ++clock);
  for (const operation of operations) history.record(operation);
  return history.entries;
}

const invariantsOf = (operations: readonly Operation[]): string[] => [
  ...new Set(checkHistory(entriesOf(operations)).map(({ invariant }) => invariant)),
];

describe("the checker of histories", () => {
  it("finds nothing in any clean history", () => {
    fc.assert(
      fc.property(cleanOperations, (operations) => {
        expect(invariantsOf(operations)).to.deep.equal([]);
      }),
    );
  });

  it("keeps what was recorded, in order and with its time", () => {
    const entries = entriesOf([
      { kind: "left-over", what: "a" },
      { kind: "left-over", what: "b" },
    ]);
    expect(entries).to.deep.equal([
      { kind: "left-over", what: "a", atMs: 1 },
      { kind: "left-over", what: "b", atMs: 2 },
    ]);
  });

  const again = { taskId: "t0", attempt: 1, hostId: host };
  const newer = { taskId: "t0", attempt: 9, hostId: host, session: 1n, leaseToken: 9n };
  const lateReport = (over: { session: bigint; leaseToken: bigint }): Operation => ({
    kind: "report-sent",
    reportId: "late",
    ...again,
    ...over,
    state: "cancelled",
  });
  const accepted: Operation = { kind: "report-answered", reportId: "late", accepted: true };
  const stored: Operation = { kind: "attempt-found", taskId: "t0", attempt: 1, outcome: "cancelled", reportId: "late" };
  const planted: [what: string, invariant: string, plant: (clean: Operation[]) => Operation[]][] = [
    ["a lost task", "I1", (clean) => clean.filter((one) => one.kind !== "task-found" || one.taskId !== "t0")],
    ["a task that never ends", "I1", (clean) => [...clean, { kind: "task-found", taskId: "t0", state: "running" }]],
    ["a try that takes effect twice", "I2", (clean) => [...clean, { kind: "effect-begun", ...again, resumed: false }]],
    [
      "a finished task that is done again by another try",
      "I2",
      (clean) => [...clean, { kind: "effect-begun", ...again, attempt: 9, resumed: false }],
    ],
    [
      "a report under an older lease that is accepted",
      "I3",
      (clean) => [{ kind: "assigned", ...newer }, lateReport({ session: 1n, leaseToken: 1n }), accepted, ...clean],
    ],
    [
      "a report under an older lease that is stored",
      "I3",
      (clean) => [{ kind: "assigned", ...newer }, lateReport({ session: 1n, leaseToken: 1n }), ...clean, stored],
    ],
    [
      "a report on an older session that is accepted",
      "I3",
      (clean) => [
        { kind: "session-opened", hostId: host, session: 2n },
        lateReport({ session: 1n, leaseToken: 1n }),
        accepted,
        ...clean,
      ],
    ],
    ["a try given out after the task was completed", "I3", (clean) => [...clean, { kind: "assigned", ...newer }]],
    [
      "a configuration that goes back",
      "I4",
      (clean) => [
        ...clean,
        { kind: "config-applied", hostId: host, subject: "s", version: 3 },
        { kind: "config-applied", hostId: host, subject: "s", version: 2 },
      ],
    ],
    ["a process that is left", "I5", (clean) => [...clean, { kind: "left-over", what: "process 7 collector" }]],
    ["a port that is left", "I5", (clean) => [...clean, { kind: "left-over", what: "port 4711" }]],
    ["a lost observation", "I6", (clean) => [...clean, { kind: "observation-acknowledged", key: "gone" }]],
    [
      "a doubled observation",
      "I6",
      (clean) => [
        ...clean,
        ...lifeOfObservation("double", 5, true),
        { kind: "observation-found", key: "double", count: 5 },
        { kind: "observation-found", key: "double", count: 5 },
      ],
    ],
    [
      "an observation that counts double",
      "I6",
      (clean) => [
        ...clean,
        ...lifeOfObservation("double", 5, true),
        { kind: "observation-found", key: "double", count: 10 },
      ],
    ],
    [
      "an observation nobody made",
      "I6",
      (clean) => [...clean, { kind: "observation-found", key: "invented", count: 1 }],
    ],
  ];
  for (const [what, invariant, plant] of planted) {
    it(`finds ${what} in any history`, () => {
      fc.assert(
        fc.property(cleanOperations, (operations) => {
          expect(invariantsOf(plant(operations))).to.include(invariant);
        }),
        { numRuns: 50 },
      );
    });
  }

  it("lets a reported rollback go back, and a refused late report be", () => {
    expect(
      invariantsOf([
        { kind: "config-applied", hostId: host, subject: "s", version: 3 },
        { kind: "rollback-reported", hostId: host, subject: "s", version: 2 },
        { kind: "config-applied", hostId: host, subject: "s", version: 2 },
        { kind: "assigned", ...newer },
        lateReport({ session: 1n, leaseToken: 1n }),
        { kind: "report-answered", reportId: "late", accepted: false },
      ]),
    ).to.deep.equal([]);
  });
});
