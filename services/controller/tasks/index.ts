/**
 * The work given to agents: agent_tasks and everything that moves a task.
 * Promises: every task reaches an end (I1), a try counts once (I2), and a report
 * of an older lease or session changes nothing (I3). Times are the database's.
 * decide-after-attempt and judge-report hold the rules and know no database;
 * one file holds one statement; dispatcher gives work out, backlog holds what it
 * saw and held-back what could not be given yet; lapse-leases,
 * expire-tasks and prune-tasks are the maintenance duties.
 * Who the agents are and how they are reached is elsewhere: ../sessions.
 */
export { cancelExperimentTasks } from "./cancel-experiment-tasks.ts";
export { cancelHostTasks } from "./cancel-host-tasks.ts";
export { cancelTask } from "./cancel-task.ts";
export type { ClaimedTask, HeldHost } from "./claim-tasks.ts";
export { type AgentDirectory, createDispatcher, type Dispatcher } from "./dispatcher.ts";
export type { AttemptRules } from "./end-attempt.ts";
export { enqueueTask, enqueueTasks } from "./enqueue-task.ts";
export { expireTasks } from "./expire-tasks.ts";
export { getTask } from "./get-task.ts";
export type { ReportVerdict } from "./judge-report.ts";
export { lapseLeases } from "./lapse-leases.ts";
export { createLeasePatience } from "./lease-patience.ts";
export { listTasks } from "./list-tasks.ts";
export { noHorizon, raiseHorizon } from "./look-for-tasks.ts";
export { pruneTasks } from "./prune-tasks.ts";
export { type LeaseClaim, renewLeases } from "./renew-leases.ts";
export { createReportIntake, type ReportIntake } from "./report-intake.ts";
export { reportTask, reportTasks, type TaskReport } from "./report-task.ts";
export { findOpenTasks, resumeTasks } from "./resume-tasks.ts";
export type {
  EndedTask,
  NewTask,
  TaskEndListener,
  TaskKind,
  TaskRecord,
  TaskState,
  TaskSubject,
} from "./task.ts";
export { tellInTurn } from "./tell-in-turn.ts";
