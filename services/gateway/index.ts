/**
 * The one door to Phoenix: every public call of every service on one port. It
 * knows who calls, forwards what access/method-rules.ts has a rule for to the
 * services behind it, and serves nothing else.
 *
 * access/: who may do what · enforcement/: the rules at work on every call ·
 * accounts/, sessions/, tokens/: users and their credentials · audit/: who did
 * what · oidc/: people of an identity provider · approvals/: four eyes · api/: its own services · console/: the web
 * console · service-door/: calls between processes.
 */
export {
  createGatewayService,
  type GatewayConfig,
  type GatewayDeps,
  type GatewayService,
  type GatewayTransports,
} from "./gateway-service.ts";
export type { OidcSettings } from "./oidc/index.ts";
export { createServiceDoor, openGuard, type ServiceDoor } from "./service-door/index.ts";
export { createSigningKeys } from "./sessions/index.ts";
