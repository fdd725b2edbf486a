/**
 * What changes, told to other services. Promises: a stored event of an experiment
 * or deployment is told once to a reader that goes on from its cursor, none is
 * passed over however late its transaction commits, and any replica can go on
 * where another one ended. What is not stored as an event (hosts, tasks, loads,
 * progress) is told as a notice that it changed, many at once as one.
 *
 * number-events: cursors · read-events: pages behind a cursor · look-at-*: what
 * changed since the last look · pending-notices: bounded · subjects: labels of
 * what is told · change-feed: the streams.
 */
export { type ChangeFeed, createChangeFeed } from "./change-feed.ts";
export { type ChangeSettings, changeDefaults } from "./settings.ts";
