import { AttemptState } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { isEnd, type TaskRecord } from "./task.ts";

/**
 * What becomes of a report. `accepted` changes the task, `duplicate` says again
 * what is stored, `stale` comes from a session or a lease that a newer one
 * replaced (invariant I3: it changes nothing), `unknown` names no task of the host.
 */
export type ReportVerdict = "accepted" | "duplicate" | "stale" | "unknown";

/** What a report is judged by. */
export type ReportFacts = {
  /** The host of the credential that reports. */
  hostId: string;
  /** The session the report came on. */
  session: bigint;
  attempt: number;
  leaseToken: bigint;
  state: AttemptState;
};

/** What is stored about the task reported. */
export type ReportedTask = {
  task: TaskRecord;
  /** Newest session of the task's host. */
  currentSession: bigint;
  /** The end stored for the try reported, when there is one. */
  recorded: { leaseToken: bigint; outcome: string } | null;
};

const outcomeOfState: Partial<Record<AttemptState, string>> = {
  [AttemptState.COMPLETED]: "completed",
  [AttemptState.FAILED]: "failed",
  [AttemptState.CANCELLED]: "cancelled",
};

/**
 * Judges a report. The holder of the newest lease may speak until a newer one is
 * given, even when the lease has lapsed: its words are still true, and taking
 * them saves a second run.
 */
export function judgeReport(report: ReportFacts, stored: ReportedTask | null): ReportVerdict {
  if (stored === null || stored.task.hostId !== report.hostId) return "unknown";
  const { task, currentSession, recorded } = stored;
  if (report.session < currentSession) return "stale";
  const saidBefore = outcomeOfState[report.state];
  if (recorded !== null && recorded.leaseToken === report.leaseToken && recorded.outcome === saidBefore)
    return "duplicate";
  if (isEnd(task.state) || task.leaseToken !== report.leaseToken || task.attempt !== report.attempt) return "stale";
  return "accepted";
}
