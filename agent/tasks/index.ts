/**
 * The work an agent is given. Promises: tries of one subject are made one after
 * another, of different subjects side by side; an effect begins and ends in the
 * journal; a task that was completed is never done again, its result is told
 * again; an older lease is refused; reports wait until they are sent.
 *
 * task-runner: from assignment to result · decide-assignment: pure · outbox:
 * reports on their way · *-executor: what is done to a collector, a load
 * simulation, a program.
 */
export { createCollectorExecutor } from "./collector-executor.ts";
export { createCommandExecutor } from "./command-executor.ts";
export type { ExecutionContext, SubjectOf, TaskExecutor, TaskExecutors } from "./executor.ts";
export { createLoadExecutor } from "./load-executor.ts";
export { createLoadSimulations, type LoadSimulations, type WantedLoad } from "./load-simulations.ts";
export { createOutbox, type Outbox } from "./outbox.ts";
export { programFolderVariable, reapPrograms } from "./reap-programs.ts";
export { createTaskRunner, type TaskRunner, type TaskRunnerOptions } from "./task-runner.ts";
