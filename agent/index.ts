/**
 * The agent: one per host. It dials the controller, runs collectors and load,
 * and measures what the collectors would send.
 *
 * main: start and stop · compose-agent: the parts and their order ·
 * conversation: what is said to the controller. Rooms: config, state,
 * controller-port, enrollment, uplink, journal, tasks, spool, measurement, tap,
 * oracle, probes, loadsim, supervisor, launcher, configs.
 */
export { type AgentOptions, agentSchema, resolveAgentConfig } from "./config/index.ts";
export { type Agent, runAgent } from "./main.ts";
