/**
 * The edge of the API port: from a socket to a request that may be served.
 * dual-port: HTTP/1.1 and HTTP/2 on one port, with time-outs for clients that
 * say nothing · access: which hosts and origins a browser
 * may come with · guard: that decision in front of a handler.
 */
export { type AccessPolicy, isLoopback } from "./access.ts";
export { createDualPort, type DualPort, type RequestHandler, type ServerTls } from "./dual-port.ts";
export { guardRequests } from "./guard.ts";
export { listenFailure } from "./listen-failure.ts";
