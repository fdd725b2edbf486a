/**
 * The controller: who the hosts are, what they are to do, the experiments run
 * on them, and the pipelines deployed to them. PostgreSQL is the truth; a
 * controller that dies loses sockets and nothing else, and any number of
 * replicas may share one database.
 *
 * wiring composes the rooms: experiments, events, promotion (their API is in
 * api/experiment-service), deployments (api/deployment-service) and the fleet
 * (fleet-wiring: tasks, fleet, enrollment, sessions). Measurements pass through
 * to the benchmark service.
 */
export {
  type ControllerConfig,
  type ControllerDeps,
  type ControllerService,
  createControllerService,
} from "./wiring.ts";
