/**
 * Load on hosts: what was asked for, where it stands, what hosts say of it.
 * Promises: the tasks of a load are written in the transaction that writes it
 * down; every load ends, by its own time at the latest, also on hosts that are lost.
 *
 * load-store: rows · start-load, stop-load, load-tasks: what is asked of hosts ·
 * decide-load-step, load-state: rules, pure · load-reconciler with load-reports:
 * what time and heartbeats bring · resolve-profile: names of profiles.
 * The load of an experiment is in the same rows and moved by ../experiments.
 */
export { type LoadSettings, loadDefaults } from "./decide-load-step.ts";
export { createLoadEndListener } from "./load-end-listener.ts";
export { createLoadReconciler, type LoadReconciler } from "./load-reconciler.ts";
export type { LoadHostRecord, LoadHostState, LoadSimulationRecord } from "./load-simulation-record.ts";
export { endTimeOfLoad, stateOfLoad } from "./load-state.ts";
export { getLoadSimulation, insertLoadSimulation, listLoadSimulations } from "./load-store.ts";
export { startLoadTask, stopLoadTask } from "./load-tasks.ts";
export { listProfiles, type ProfileDeps, resolveProfile } from "./resolve-profile.ts";
export { startLoad } from "./start-load.ts";
export { stopLoad } from "./stop-load.ts";
