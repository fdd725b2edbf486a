/**
 * Logging in with OpenID Connect: people of an identity provider, their groups
 * mapped to roles. Promises: the same sessions as with a password, and nobody
 * becomes a user who is here already. serve-oidc: the way there and back ·
 * flow-cookie: what the browser keeps meanwhile · external-user: who it is here.
 */
export { oidcPath, serveOidc } from "./serve-oidc.ts";
export type { OidcSettings } from "./settings.ts";
