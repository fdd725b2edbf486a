/**
 * What an agent is told at its start: typed, checked, and with nothing left
 * open once resolved. agent-options: what the program takes · agent-schema: the
 * same as flags, environment and file · default-state-dir: where state is kept.
 */
export { type AgentOptions, type AgentSettings, resolveAgentOptions } from "./agent-options.ts";
export { agentSchema, resolveAgentConfig } from "./agent-schema.ts";
