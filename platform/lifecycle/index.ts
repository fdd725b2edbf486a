/**
 * Starting and stopping. All background work has one contract, {@link Service}:
 * `start` resolves when it works, `stop` resolves when nothing of it is left,
 * and stopping twice is fine.
 *
 * stack: several services as one · periodic: a duty that repeats ·
 * backoff: how long to wait before the next try · termination: SIGTERM, SIGINT ·
 * gathering: work that is cheaper for many callers together.
 */
export { type BackoffOptions, backoffMs } from "./backoff.ts";
export { createGathering, type Gathering } from "./gathering.ts";
export { createPeriodic, type Periodic, type PeriodicOptions } from "./periodic.ts";
export type { Service } from "./service.ts";
export { sleep } from "./sleep.ts";
export { createStack, type Stack } from "./stack.ts";
export { onTermination } from "./termination.ts";
