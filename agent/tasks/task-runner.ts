import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import {
  TaskAction,
  TaskActionSchema,
  type TaskAssignment,
  TaskAssignmentSchema,
  type TaskCancel,
  type TaskUpdate,
} from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Logger } from "@phoenix/platform/logging";
import type { AttemptRef, Journal, TaskResult } from "../journal/index.ts";
import { type AssignmentDecision, decideAssignment } from "./decide-assignment.ts";
import { failed, type TaskExecutors } from "./executor.ts";
import { createSubjectLanes } from "./subject-lanes.ts";
import { resultUpdate, runningUpdate } from "./task-update.ts";

/** What a task runner is made of. */
export type TaskRunnerOptions = {
  journal: Journal;
  executors: TaskExecutors;
  /** Takes each report; never throws. */
  report(update: TaskUpdate): void;
  /** The controller's time, in milliseconds since the Unix epoch. */
  controllerNowMs(): number;
  logger: Logger;
};

/** Does the work an agent is given. */
export type TaskRunner = {
  /** Takes up what an earlier agent left: what may be done twice is done again, the rest reported as interrupted. */
  resume(): Promise<void>;
  /** Takes an assignment; the answer is a report. */
  assign(assignment: TaskAssignment): void;
  /** Calls a task off; too late once it took effect. */
  cancel(cancel: TaskCancel): void;
  /** Tries accepted and not over: what heartbeats renew. */
  workingOn(): AttemptRef[];
  /** Takes nothing more and waits for what is in work; tries not begun are left to the controller. Twice is fine. */
  stop(): Promise<void>;
};

type Work = { ref: AttemptRef; assignment: TaskAssignment; begun: boolean; called: AbortController; reason: string };

/** Results of the last minutes may not have reached the controller before the agent ended. */
const tellAgainMs = 10 * 60_000;

/** Creates a runner; `resume` comes first. */
export function createTaskRunner(options: TaskRunnerOptions): TaskRunner {
  const { journal, executors, report, controllerNowMs, logger } = options;
  const lanes = createSubjectLanes();
  const inWork = new Map<string, Work>();
  const stopping = new AbortController();

  const decide = (work: Work): AssignmentDecision => {
    const { taskId } = work.ref;
    const others = [...inWork.values()].filter((other) => other.ref.taskId === taskId);
    const { expireTime } = work.assignment;
    return decideAssignment(work.ref, {
      newestLease: newestOf([journal.newestLease(taskId), ...others.map((other) => other.ref.leaseToken)]),
      inWork: others.some((other) => other !== work && other.ref.attempt === work.ref.attempt),
      ended: journal.ended(taskId),
      expired: expireTime !== undefined && controllerNowMs() > timestampMs(expireTime),
    });
  };

  /** Writes the end of a try down and tells it; told even when the disk refuses, for the effect is there. */
  const finish = async (ref: AttemptRef, result: TaskResult): Promise<void> => {
    try {
      await journal.end(ref, result);
    } catch (error) {
      logger.error({ err: error, taskId: ref.taskId }, "the end of a task could not be written to the journal");
    }
    logger.info({ ...named(ref), state: result.state, words: result.message }, "task ended");
    report(resultUpdate(ref, result, false));
  };

  const execute = async (work: Work): Promise<TaskResult> => {
    const { subject, action } = work.assignment;
    const context = {
      signal: AbortSignal.any([work.called.signal, stopping.signal]),
      progress: (ratio: number, message: string) => report(runningUpdate(work.ref, ratio, message)),
    };
    try {
      if (subject.case === "collector") return await executors.collector(subject.value, action, context);
      if (subject.case === "loadSimulation") return await executors.loadSimulation(subject.value, action, context);
      if (subject.case === "command") return await executors.command(subject.value, action, context);
      return failed("This agent does not know what the task is about; it may be older than the controller.", false);
    } catch (error) {
      logger.error({ err: error, ...named(work.ref) }, "a task failed in a way it should not");
      return failed(`The task failed on this host: ${error instanceof Error ? error.message : String(error)}`, true);
    }
  };

  const takeTurn = async (work: Work): Promise<void> => {
    const { ref } = work;
    if (work.called.signal.aborted) {
      await finish(ref, { state: "cancelled", message: work.reason, retryable: false });
      return;
    }
    if (stopping.signal.aborted) return;
    // Again, because an earlier try of the same task may have ended while this one waited.
    const decision = decide(work);
    if (decision.do === "report") {
      report(resultUpdate(ref, decision.result, true));
    } else if (decision.do === "expire") {
      await finish(ref, failed("The task expired before this host could begin it.", false));
    } else if (decision.do === "run") {
      try {
        await journal.begin({ ...ref, assignment: toBinary(TaskAssignmentSchema, work.assignment) });
      } catch (error) {
        const words = `The agent's journal cannot be written (${(error as Error).message}), so nothing was begun.`;
        report(resultUpdate(ref, failed(words, true), false));
        return;
      }
      work.begun = true;
      logger.info({ ...named(ref), action: TaskActionSchema.value[work.assignment.action]?.name }, "task begun");
      report(runningUpdate(ref, 0, ""));
      const result = await execute(work);
      // Cut short by the agent's own end: the journal keeps it open for the next agent.
      if (stopping.signal.aborted && result.state === "failed") return;
      await finish(ref, result);
    }
  };

  const accept = (work: Work): void => {
    const key = `${work.ref.taskId}/${work.ref.attempt}`;
    inWork.set(key, work);
    lanes
      .run(subjectName(work.assignment), () => takeTurn(work))
      .catch((error: unknown) => logger.error({ err: error, ...named(work.ref) }, "a task was lost"))
      .finally(() => inWork.delete(key));
  };

  return {
    async resume() {
      for (const ended of journal.endedSince(Date.now() - tellAgainMs)) report(resultUpdate(ended, ended.result, true));
      for (const { assignment: bytes, ...ref } of journal.unfinished()) {
        const assignment = fromBinary(TaskAssignmentSchema, bytes);
        if (assignment.action === TaskAction.EXECUTE) {
          const words = "Interrupted: the agent ended while the program ran, and how far it came is not known.";
          await finish(ref, failed(words, false));
        } else {
          accept(newWork(assignment));
        }
      }
    },
    assign(assignment) {
      if (stopping.signal.aborted) return;
      const work = newWork(assignment);
      const decision = decide(work);
      if (decision.do === "refuse") {
        logger.warn(named(work.ref), "an assignment with an older lease was refused; a newer one of the task was seen");
      } else if (decision.do === "report") {
        report(resultUpdate(work.ref, decision.result, true));
      } else if (decision.do !== "ignore") {
        accept(work);
      }
    },
    cancel({ taskId, reason }) {
      for (const work of inWork.values()) {
        if (work.ref.taskId !== taskId) continue;
        work.reason = reason || "The controller called it off.";
        work.called.abort();
      }
    },
    workingOn: () => [...inWork.values()].map((work) => work.ref).slice(0, 1000),
    async stop() {
      stopping.abort();
      await lanes.idle();
    },
  };
}

function newWork(assignment: TaskAssignment): Work {
  const { taskId, attempt, leaseToken } = assignment;
  return { ref: { taskId, attempt, leaseToken }, assignment, begun: false, called: new AbortController(), reason: "" };
}

function newestOf(leases: bigint[]): bigint {
  let newest = 0n;
  for (const lease of leases) if (lease > newest) newest = lease;
  return newest;
}

/** What tasks must not do at the same time: one collector, one simulation; programs each on their own. */
function subjectName({ subject, taskId }: TaskAssignment): string {
  if (subject.case === "collector") return `collector ${subject.value.collectorId}`;
  if (subject.case === "loadSimulation") return `load ${subject.value.loadSimulationId}`;
  return `task ${taskId}`;
}

/** A try for the log; JSON has no big integers. */
function named({ taskId, attempt, leaseToken }: AttemptRef): Record<string, string | number> {
  return { taskId, attempt, leaseToken: leaseToken.toString() };
}
