/**
 * Makes this host busy in a known way: real processes with ordinary names, the
 * same for the same seed. Promises: all of them together stay within a fixed
 * share of one core, and none outlives the agent, however the agent ends.
 * What runs: load-profile.ts, load-plan.ts. One process: load-process.ts. All of
 * them: load-crew.ts, in a process of its own (load-host.ts) that ends them when
 * the agent is gone. The agent's side: load-simulation.ts.
 */

export { type LoadPlan, type LoadProcessPlan, planLoad } from "./load-plan.ts";
export { type LoadProfile, listLoadProfiles } from "./load-profile.ts";
export {
  createLoadSimulation,
  type LoadSimulation,
  type LoadSimulationOptions,
  type LoadSimulationState,
  type LoadSimulationStatus,
  type StartedLoad,
} from "./load-simulation.ts";
