/**
 * The gateway's own services, AuthService and AuditService, as calls over its
 * rooms. A file for each group of calls; replay makes calls that were approved.
 */
import type { ConnectRouter } from "@connectrpc/connect";
import { AuditService } from "@phoenix/gen/phoenix/gateway/v1/audit_service_pb.ts";
import { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { createApprovalCalls } from "./approval-calls.ts";
import { createAuditCalls } from "./audit-calls.ts";
import { createLoginCalls } from "./login-calls.ts";
import type { ApiParts } from "./parts.ts";
import { createTokenCalls } from "./token-calls.ts";
import { createUserCalls } from "./user-calls.ts";

export type { ApiParts } from "./parts.ts";
export { createReplay } from "./replay.ts";

/** The descriptors of what {@link routeApi} serves. */
export const apiServices = [AuthService, AuditService];

/** Serves the gateway's own services. */
export function routeApi(router: ConnectRouter, parts: ApiParts): void {
  router.service(AuthService, {
    ...createLoginCalls(parts),
    ...createUserCalls(parts),
    ...createTokenCalls(parts),
    ...createApprovalCalls(parts),
  });
  router.service(AuditService, createAuditCalls(parts));
}
