import { Role, RoleSchema } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";

/** A role, everywhere or on the hosts with some labels. */
export type Grant = { role: Role; labels: Readonly<Record<string, string>> };

/** Role of an administrator, everywhere. */
export const adminEverywhere: Grant = { role: Role.ADMIN, labels: {} };

/** True when the grants have at least this role on some hosts. */
export function hasRole(grants: readonly Grant[], role: Role): boolean {
  return grants.some((grant) => grant.role >= role);
}

/** True when the grants have at least this role whatever the host. */
export function hasRoleEverywhere(grants: readonly Grant[], role: Role): boolean {
  return coversLabels(grants, role, {});
}

/** True when the grants have at least this role on every host that has these labels. */
export function coversLabels(grants: readonly Grant[], role: Role, labels: Readonly<Record<string, string>>): boolean {
  return grants.some((grant) => grant.role >= role && isWithin(grant.labels, labels));
}

/** True when nothing is asked for that is not held. */
export function isCovered(asked: readonly Grant[], held: readonly Grant[]): boolean {
  return asked.every(({ role, labels }) => coversLabels(held, role, labels));
}

/** What both sides allow: the lower role, on the hosts that have the labels of both. */
export function intersectGrants(left: readonly Grant[], right: readonly Grant[]): Grant[] {
  return left.flatMap((a) =>
    right.flatMap((b) => {
      const clash = Object.entries(a.labels).some(([name, value]) => name in b.labels && b.labels[name] !== value);
      return clash ? [] : [{ role: lesser(a.role, b.role), labels: { ...a.labels, ...b.labels } }];
    }),
  );
}

/** Grants as they are stored. */
export type StoredGrant = { role: string; labels: Record<string, string> };

/** Grants for the database. */
export function storeGrants(grants: readonly Grant[]): string {
  return JSON.stringify(grants.map(({ role, labels }) => ({ role: roleWord(role), labels })));
}

/** Grants from the database; a role of a newer version counts for nothing. */
export function readGrants(stored: readonly StoredGrant[]): Grant[] {
  return stored.flatMap(({ role, labels }) => {
    const known = roles.find((candidate) => roleWord(candidate) === role);
    return known === undefined ? [] : [{ role: known, labels }];
  });
}

/** Every role, the least first. */
export const roles: readonly Role[] = [Role.VIEWER, Role.OPERATOR, Role.APPROVER, Role.ADMIN];

/** A role in a word, "viewer" for instance. */
export function roleWord(role: Role): string {
  return RoleSchema.value[role]?.localName.toLowerCase() ?? "none";
}

function lesser(left: Role, right: Role): Role {
  return roles[Math.min(roles.indexOf(left), roles.indexOf(right))] ?? Role.UNSPECIFIED;
}

function isWithin(part: Readonly<Record<string, string>>, whole: Readonly<Record<string, string>>): boolean {
  return Object.entries(part).every(([name, value]) => Object.hasOwn(whole, name) && whole[name] === value);
}
