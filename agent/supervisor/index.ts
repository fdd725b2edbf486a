/**
 * The collectors of this host: starting them, keeping them running, replacing their configuration,
 * and finding them again after the agent was restarted. A configuration that does not work never
 * takes the place of one that does, and no process is signalled that is not provably ours.
 *
 * supervisor: all of them · collector: one · apply-spec: a new configuration step by step ·
 * recover-collector: after a restart · decide-restart: pure policy · collector-folder: what is on disk.
 * Processes are the launcher's, fetched configurations the configs room's.
 */
export type { ConfigValidator } from "./apply-spec.ts";
export { type Clock, systemClock } from "./clock.ts";
export type { ApplyResult, CollectorSnapshot, CollectorSpec } from "./collector-spec.ts";
export {
  decideRestart,
  defaultRestartPolicy,
  type ProcessEnd,
  type RestartDecision,
  type RestartPolicy,
} from "./decide-restart.ts";
export type { HealthProbe } from "./probe-health.ts";
export { createSupervisor, type Supervisor, type SupervisorOptions } from "./supervisor.ts";
export { defaultTimings, type Timings } from "./timings.ts";
