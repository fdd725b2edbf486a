/**
 * Live events for people and programs: one stream from the controller and one watch
 * over approvals, however many subscribe here. Promises: a subscriber that goes on from its cursor is told every
 * event once; one that reads slowly costs no memory of its own and is told less (of
 * many changes of one thing the newest), or that it must read everything anew.
 * Who may see what is filtered from the answers by the rules of access.
 *
 * change-log: what was told of late · coalesce: less for slow readers ·
 * event-hub: the one stream · event-service: the subscribers.
 */
export { createEventHub, type EventHub } from "./event-hub.ts";
export { createEventService } from "./event-service.ts";
export { type EventSettings, eventDefaults } from "./settings.ts";
