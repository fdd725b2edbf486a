/**
 * Protobuf-ES services on @grpc/grpc-js. The server for many idle streams costs
 * half the memory and a fifth of the broadcast time of the Connect one.
 * adapter: descriptors to service definitions, both sides · unary-routes: the
 * same implementation's unary calls by Connect · status: errors to gRPC's
 * status with details · call-interceptor: validation, log, metrics.
 */
export {
  addGrpcService,
  type GrpcHandler,
  type GrpcImplementation,
  type GrpcMessage,
  openDuplex,
  type UnaryContext,
} from "./adapter.ts";
export { createCallInterceptor } from "./call-interceptor.ts";
export { failCall, toGrpcStatus } from "./status.ts";
export { unaryRoutes } from "./unary-routes.ts";
