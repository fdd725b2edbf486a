import type { CollectorSpec } from "./collector-spec.ts";

/** What a collector's environment is made of besides its spec. */
export type EnvironmentFacts = {
  hostId: string;
  hostName: string;
  /** Search path of the host; collectors start no programs, but extensions may look for files. */
  path: string;
  home: string;
  healthPort: number;
  metricsPort: number;
  initialDelayMs: number;
};

/** Name of the variable that a launch is found by when the agent died before noting the pid. */
export const launchVariable = "PHX_LAUNCH_ID";

const defaultMemoryLimitMib = 256;
/** Share of the limit from which Go collects harder; the collector's own documentation recommends 80 %. */
const softLimitRatio = 0.8;

/** The whole environment of a collector: nothing of the agent's own leaks into it. */
export function collectorEnvironment(spec: CollectorSpec, facts: EnvironmentFacts): Record<string, string> {
  const limitMib = spec.memoryLimitMib || defaultMemoryLimitMib;
  return {
    PATH: facts.path,
    HOME: facts.home,
    GOMEMLIMIT: `${Math.max(1, Math.floor(limitMib * softLimitRatio))}MiB`,
    PHX_HOST_ID: facts.hostId,
    PHX_HOST_NAME: facts.hostName,
    PHX_VARIANT: spec.variant,
    // Outside an experiment the configuration's own default stands; an empty value would be refused as a label.
    ...(spec.experimentId === "" ? {} : { PHX_EXPERIMENT_ID: spec.experimentId }),
    PHX_TAP_URL: spec.tapUrl,
    PHX_HEALTH_PORT: String(facts.healthPort),
    PHX_METRICS_PORT: String(facts.metricsPort),
    PHX_MEM_LIMIT_MIB: String(limitMib),
    PHX_INITIAL_DELAY: `${facts.initialDelayMs}ms`,
    // Without it the configuration's own interval counts; an empty value would not be that.
    ...(spec.scrapeIntervalMs === 0 ? {} : { PHX_INTERVAL: `${spec.scrapeIntervalMs}ms` }),
  };
}
