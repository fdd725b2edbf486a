/**
 * Calls, served and made. Two servers: the API port (Connect, gRPC and gRPC-Web
 * on one port, HTTP/1.1 and HTTP/2) and the agent port (gRPC with many idle
 * streams; its unary calls by Connect over HTTP/1.1 too). Both validate every
 * message, convert every error, log, measure, and answer health and reflection.
 * Services of Phoenix meet through transports only, in one process too.
 *
 * api-server, agent-server: the servers · transports, forward-service: the
 * calling side · interceptors/: what happens to every served call ·
 * edge/: what stands between a socket and a call · grpc/: the adapter.
 */
export { type AgentServer, type AgentServerOptions, createAgentServer } from "./agent-server.ts";
export { type ApiServer, type ApiServerOptions, createApiServer } from "./api-server.ts";
export type { RequestHandler, ServerTls } from "./edge/index.ts";
export { type ForwardOptions, forwardService } from "./forward-service.ts";
export {
  failCall,
  type GrpcHandler,
  type GrpcImplementation,
  type GrpcMessage,
  openDuplex,
  toGrpcStatus,
  type UnaryContext,
} from "./grpc/index.ts";
export type { Readiness, ReadinessProbe } from "./health/index.ts";
export type { RemoteTransport } from "./http1-transport.ts";
export {
  actorHeader,
  actorOf,
  encodeActor,
  findInvalid,
  peerAddressKey,
  requestIdOf,
  type ServeOptions,
  serveInterceptors,
} from "./interceptors/index.ts";
export { maxMessageBytes } from "./limits.ts";
export {
  createClients,
  createInProcessTransport,
  createRemoteTransport,
  type RemoteTransportOptions,
} from "./transports.ts";
