/**
 * Makes this host busy in a known way: real processes with ordinary names, the
 * same for the same seed. Promises: all of them together stay within the host's
 * limits (load-limits.ts) whatever a profile says, and none outlives the agent,
 * however the agent ends.
 * What runs: plan-load.ts. One process: load-process.ts. All of them: load-crew.ts
 * (with roster, churn, chaos, spike), in a process of its own (load-host.ts) that
 * ends them when the agent is gone. The agent's side: load-simulation.ts.
 */

export {
  createLoadSimulation,
  type LoadSimulation,
  type LoadSimulationOptions,
  type LoadSimulationState,
  type LoadSimulationStatus,
  type StartedLoad,
} from "./load-simulation.ts";
