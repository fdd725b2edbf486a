/**
 * Filters that move while a collector runs: the agent finds what is right for its host now, writes it into the
 * files that the configuration refers to, and has the collector read them again. How is said at the head of
 * the configuration itself. Promises: the collector reads only typed values, at most one move for each window
 * and always between two scrapes, and files that cannot be written leave the filter where it is.
 *
 * read-policy · rank-processes, decide-level: what is right, pure · usage-meter: counters to shares ·
 * filter-files: values to files · rank-mover, level-mover: looking at the host · moving-filter: when and how.
 */
export { createMover } from "./create-mover.ts";
export { createMovingFilter, type MovingFilter } from "./moving-filter.ts";
export { findPolicyFault } from "./read-policy.ts";
export { withSampleFiles } from "./sample-files.ts";
