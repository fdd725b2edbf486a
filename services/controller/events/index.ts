/**
 * What happened to experiments: experiment_events, append-only. Promises: the
 * numbers of an experiment's events start at 1 and have no gaps, an event is
 * there exactly when its cause is, and a stream gives each event once.
 *
 * append-event: in the caller's transaction · event-feed: resumable streams ·
 * read-events: pages · event-record: columns and contract.
 */
export { appendEvent, eventChannel } from "./append-event.ts";
export { createEventFeed, type EventFeed, type EventQuery } from "./event-feed.ts";
export { type NewEvent, phaseOf } from "./event-record.ts";
export { readEventsByCursor } from "./read-events.ts";
