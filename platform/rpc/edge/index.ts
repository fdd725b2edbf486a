/**
 * The edge of both ports: from a socket to a request that may be served.
 * split-port: one TCP port that tells HTTP/1.1 from HTTP/2, with time-outs for
 * clients that say nothing · dual-port: the same handler for both, with a
 * time-out for clients that call nothing · access: which hosts and origins a
 * browser may come with · guard: that decision in front of a handler.
 */
export { type AccessPolicy, isLoopback } from "./access.ts";
export { createDualPort, type DualPort } from "./dual-port.ts";
export { guardRequests } from "./guard.ts";
export { createSplitPort, type RequestHandler, type ServerTls, type SplitPort } from "./split-port.ts";
