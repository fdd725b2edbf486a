/**
 * The controller's agent port, seen from a host: conversations by gRPC, unary
 * calls by gRPC or by Connect over HTTP/1.1, with the generated messages.
 * Promises: message limits, keep-alive pings every 30 s so that a dead peer is
 * noticed, no proxy and no TLS on loopback, and never a cleartext credential
 * over a network unless that was asked for.
 *
 * grpc-calls, http1-calls: the two ways · codec: messages to bytes · dial:
 * address, TLS, channel options · call-failure: failed calls as house errors.
 */
export { readCallFailure } from "./call-failure.ts";
export { type ControllerPort, type ControllerPortOptions, createControllerPort } from "./controller-port.ts";
export type { DialOptions } from "./dial.ts";
export type { ControllerStream } from "./grpc-calls.ts";
export type { CallOptions } from "./unary-calls.ts";
