import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import type { DeploymentFeed, DeploymentSettings, RenderDeps } from "../deployments/index.ts";
import { createDeploymentActs } from "./deployment-acts.ts";
import { createDeploymentChanges } from "./deployment-changes.ts";
import { createDeploymentReads } from "./deployment-reads.ts";
import { createQuarantineCalls } from "./quarantine-calls.ts";

/** What the service needs. */
export interface DeploymentServiceOptions extends RenderDeps {
  db: Database;
  feed: DeploymentFeed;
  settings: DeploymentSettings;
  clock: () => Date;
  /** Names the caller of a call, for the record. */
  callerOf: (context: HandlerContext) => string;
}

/** Creates the service of deployments, as users see it. */
export function createDeploymentService(options: DeploymentServiceOptions): ServiceImpl<typeof DeploymentService> {
  return {
    ...createDeploymentChanges(options),
    ...createDeploymentActs(options),
    ...createDeploymentReads(options),
    ...createQuarantineCalls(options),
  };
}
