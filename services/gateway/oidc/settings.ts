import { Role } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { Grant } from "../access/index.ts";

/** An identity provider as an operator of the server names it. */
export type OidcSettings = {
  /** Address of the issuer. */
  issuer: string;
  clientId: string;
  /** Without one the server is a public client, and PKCE alone protects the code. */
  clientSecret: string | undefined;
  /** What to call this way of logging in. */
  title: string;
  /** Scopes asked for, with blanks between. */
  scopes: string;
  /** Claim that names the groups of a person. */
  rolesClaim: string;
  /** "group=role" or "group=role:name=value;name=value" for each group that may do something. */
  roles: readonly string[];
  /** Address under which people reach this server; by the request without it. */
  publicUrl: string | undefined;
};

const roleWords: Readonly<Record<string, Role>> = {
  viewer: Role.VIEWER,
  operator: Role.OPERATOR,
  approver: Role.APPROVER,
  admin: Role.ADMIN,
};

/** What each group may do. @throws PhoenixError INVALID_FIELD that shows the form. */
export function parseRoleMapping(entries: readonly string[]): ReadonlyMap<string, Grant[]> {
  const grants = new Map<string, Grant[]>();
  for (const entry of entries) {
    const [, group = "", word = "", pairs = ""] = /^(.+?)=([a-z]+)(?::(.+))?$/.exec(entry) ?? [];
    const role = Object.hasOwn(roleWords, word) ? roleWords[word] : undefined;
    const labels = pairs.split(";").filter(Boolean).map(parsePair);
    if (role === undefined || labels.includes(undefined)) {
      throw refusal(
        "oidcRoles",
        `an entry of the roles reads group=role or group=role:name=value;name=value, with ${Object.keys(roleWords).join(", ")} as roles, and "${entry}" does not`,
      );
    }
    grants.set(group, [
      ...(grants.get(group) ?? []),
      { role, labels: Object.fromEntries(labels as [string, string][]) },
    ]);
  }
  return grants;
}

/** Checks what no single setting can. @throws PhoenixError INVALID_FIELD. */
export function checkOidcSettings({ issuer, clientId, roles }: OidcSettings): void {
  if (!isSafe(issuer)) throw refusal("oidcIssuer", `the issuer ${issuer} has no https address`);
  if (clientId === "") throw refusal("oidcClientId", "an issuer is named without the client that this server is to it");
  if (roles.length === 0)
    throw refusal("oidcRoles", "an issuer is named and no group of it may do anything: give roles");
  parseRoleMapping(roles);
}

/** True for an address that nobody on the way can change; on this machine there is no way. */
function isSafe(issuer: string): boolean {
  if (!URL.canParse(issuer)) return false;
  const { protocol, hostname } = new URL(issuer);
  return protocol === "https:" || (protocol === "http:" && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname));
}

function parsePair(text: string): [string, string] | undefined {
  const at = text.indexOf("=");
  return at < 1 ? undefined : [text.slice(0, at), text.slice(at + 1)];
}

function refusal(field: string, message: string) {
  return phoenixError(ErrorReason.INVALID_FIELD, message, { metadata: { field } });
}
