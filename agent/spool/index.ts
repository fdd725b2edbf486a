/**
 * Observations that the controller has not acknowledged, on disk. Promises:
 * what was added survives a killed agent, is sent again after each reconnect
 * until acknowledged, and the directory is bounded (the oldest go first, counted
 * and logged). Doubles are harmless: an observation has a key.
 *
 * spool: the files and who has which · spool-file: one file · feed: sends
 * batches while there is a session and acknowledgements come.
 */
export { createFeed, type Feed, type FeedOptions } from "./feed.ts";
export { openSpool, type Spool, type SpoolBatch, type SpoolOptions } from "./spool.ts";
