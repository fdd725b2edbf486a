/**
 * What happens to every served call, whichever protocol brought it: it gets a
 * request id, its messages are validated, its errors converted, its end logged
 * and measured. For Connect as interceptors, for grpc-js through the same parts.
 */
export { actorHeader, actorOf, encodeActor } from "./actor.ts";
export { type CallRecord, type CallRecorder, createCallRecorder } from "./call-recorder.ts";
export { peerAddressKey } from "./peer.ts";
export { requestIdHeader, requestIdOf } from "./request-id.ts";
export { type ServeOptions, serveInterceptors } from "./serve-interceptors.ts";
export { findInvalid } from "./validation.ts";
