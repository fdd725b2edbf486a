/**
 * Any set of Phoenix's services as one process. server-config: every key ·
 * open-database: embedded or external · compose-services: who talks to whom ·
 * run-server: start, readiness, drain. The only place that may import several
 * services; what they do is theirs.
 */
export { runServer, type Server } from "./run-server.ts";
export {
  resolveServerConfig,
  type ServerConfig,
  type ServiceName,
  serverSchema,
  serviceNames,
} from "./server-config.ts";
