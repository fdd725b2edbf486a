/**
 * What the specs of the controller share: a fleet on a real PostgreSQL with fake
 * neighbours, and an agent that says what it is told to. Not for product code.
 */

export { createDeploymentSite, type DeploymentSite } from "./deployment-site.ts";
export { controllerMigrations, createExperimentSite, type ExperimentSite } from "./experiment-site.ts";
export { createFleetSite, type FleetSite } from "./fleet-site.ts";
export { noteScrapeIntervals } from "./note-scrape-intervals.ts";
export { connectObedientAgent, type ObedientAgent, type Reaction } from "./obedient-agent.ts";
export { connectAgent, type ScriptedAgent } from "./scripted-agent.ts";
export { until } from "./until.ts";
