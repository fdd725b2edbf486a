import { AttemptState } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import type { TaskReport } from "./report-task.ts";
import { actionOf, type EndedTask, type TaskEndListener, type TaskKind } from "./task.ts";

// The usual report, judged as judge-report does and stored in one statement. What
// it leaves out (anything stale, said before, or of a try that lapsed) is judged
// there, under a lock. The reports come in the order in which others lock tasks;
// as in claim-tasks nothing is said that a partial index would answer.
const accept = `
  update agent_tasks t
  set state = r.state,
    ended_at = case r.state when 'completed' then clock_timestamp() end,
    lease_until = case r.state when 'running' then now() + $8 * interval '1 millisecond' end,
    message = case when r.state = 'running' and t.cancel_requested_at is not null then t.message else r.message end
  from unnest($1::text[], $2::text[], $3::bigint[], $4::integer[], $5::bigint[], $6::text[], $7::text[])
    as r (task_id, host_id, session, attempt, lease_token, state, message)
  join agent_status s on s.host_id = r.host_id and s.session <= r.session
  where t.task_id = r.task_id and t.host_id = r.host_id and t.attempt = r.attempt and t.lease_token = r.lease_token
    and t.state in ('assigned', 'running')
  returning t.task_id, t.experiment_id, t.kind, t.action, t.subject`;

type AcceptedRow = {
  task_id: string;
  experiment_id: string | null;
  kind: TaskKind;
  action: string;
  subject: string;
};

const acceptable: Partial<Record<AttemptState, string>> = {
  [AttemptState.RUNNING]: "running",
  [AttemptState.COMPLETED]: "completed",
};

/**
 * Stores the reports that begin or complete the try their task is in, at most
 * one of a task, and gives the ids of those tasks. The others changed nothing.
 */
export async function acceptReports(
  tx: Tx,
  reports: readonly TaskReport[],
  { leaseMs, onTaskEnd }: { leaseMs: number; onTaskEnd: TaskEndListener },
): Promise<Set<string>> {
  const usual = reports
    .filter(({ update }) => acceptable[update.state] !== undefined)
    .toSorted((a, b) => (a.update.taskId < b.update.taskId ? -1 : 1));
  if (usual.length === 0) return new Set();
  const rows = await tx.query<AcceptedRow>(accept, [
    usual.map(({ update }) => update.taskId),
    usual.map(({ from }) => from.hostId),
    usual.map(({ from }) => from.session.toString()),
    usual.map(({ update }) => update.attempt),
    usual.map(({ update }) => update.leaseToken.toString()),
    usual.map(({ update }) => acceptable[update.state]),
    usual.map(({ update }) => update.message),
    leaseMs,
  ]);
  const accepted = new Map(rows.map((row) => [row.task_id, row]));
  const completed = usual.flatMap((report) => {
    const row = accepted.get(report.update.taskId);
    return row === undefined || report.update.state !== AttemptState.COMPLETED ? [] : endOf(report, row);
  });
  // Those who act on an end lock its experiment: in one order, or two batches might wait for each other.
  for (const task of completed.toSorted(byExperiment)) {
    const told = onTaskEnd(tx, task);
    // Most ends are nobody's business: waiting for nothing thousands of times a second costs too.
    if (told !== undefined) await told;
  }
  return new Set(accepted.keys());
}

function byExperiment(a: EndedTask, b: EndedTask): number {
  const [left, right] = [a.experimentId ?? "", b.experimentId ?? ""];
  return left < right ? -1 : Number(left > right);
}

function endOf({ from, update }: TaskReport, row: AcceptedRow): EndedTask {
  return {
    taskId: row.task_id,
    hostId: from.hostId,
    experimentId: row.experiment_id,
    kind: row.kind,
    action: actionOf(row.action),
    subjectName: row.subject,
    state: "completed",
    attempt: update.attempt,
    message: update.message,
  };
}
