/**
 * The controller's agent port, seen from a host: gRPC by grpc-js with the
 * generated messages. Promises: message limits, keep-alive pings every 30 s so
 * that a dead peer is noticed, no proxy and no TLS on loopback, and never a
 * cleartext credential over a network unless that was asked for.
 *
 * controller-port: unary calls and streams · codec: messages to bytes · dial:
 * address, TLS, channel options · call-failure: gRPC statuses as house errors.
 */
export { readCallFailure } from "./call-failure.ts";
export {
  type CallOptions,
  type ControllerPort,
  type ControllerStream,
  createControllerPort,
} from "./controller-port.ts";
export type { DialOptions } from "./dial.ts";
