/**
 * Whether this process takes work, for load balancers, orchestrators and people:
 * grpc.health.v1 on both ports, `/healthz` and `/readyz` on the API port.
 */

export { addGrpcHealth, healthRoutes } from "./health-service.ts";
export { createServing, type Readiness, type ReadinessProbe, type Serving } from "./serving.ts";
