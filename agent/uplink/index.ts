/**
 * The agent's line to the controller. Promises: one session at a time, opened
 * again for ever until the credential itself is refused; nothing is thrown for
 * an ending that is expected; what is sent goes out in order or not at all.
 *
 * uplink: sessions one after another, heartbeats · stream-transport,
 * poll-transport: how a session is held · judge-ending: what an ending means ·
 * decide-reconnect: when to dial again · controller-clock: its time, seen here ·
 * log-shipper: warnings of collectors.
 */
export { type ControllerClock, createControllerClock } from "./controller-clock.ts";
export { decideReconnect, type Reconnect } from "./decide-reconnect.ts";
export { judgeEnding, type Outcome, type RawEnding } from "./judge-ending.ts";
export { createLogShipper, type LogShipper } from "./log-shipper.ts";
export { createPollTransport } from "./poll-transport.ts";
export { createStreamTransport } from "./stream-transport.ts";
export type { AgentMessage, ControllerEvent, Session, SessionHost, UplinkTransport } from "./transport.ts";
export { createUplink, type Uplink, type UplinkEvents, type UplinkOptions } from "./uplink.ts";
