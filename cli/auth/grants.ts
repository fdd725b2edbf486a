import type { RoleGrant } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { Role } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { enumWord } from "@phoenix/report/quantities";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { parsePair } from "../scenario/values.ts";

type Grant = { role: Role; labels: Record<string, string> };

const roles: Readonly<Record<string, Role>> = {
  viewer: Role.VIEWER,
  operator: Role.OPERATOR,
  approver: Role.APPROVER,
  admin: Role.ADMIN,
};

/** "operator" or "operator:env=prod,team=a" as a grant. Throws a usage error that shows the form. */
export function parseGrant(text: string): Grant {
  const [, word = "", pairs] = /^([^:]*)(?::(.*))?$/.exec(text) ?? [];
  const role = Object.hasOwn(roles, word) ? roles[word] : undefined;
  if (role === undefined) {
    throw new CommandError(
      `--grant takes ${Object.keys(roles).join(", ")}, alone or as operator:name=value,..., not "${text}"`,
      exitCodes.usage,
    );
  }
  try {
    return { role, labels: Object.fromEntries((pairs ?? "").split(",").filter(Boolean).map(parsePair)) };
  } catch (error) {
    throw new CommandError(`--grant ${text}: ${(error as Error).message}`, exitCodes.usage);
  }
}

/** Grants in words. */
export function describeGrants(grants: readonly Pick<RoleGrant, "role" | "labels">[]): string {
  return grants
    .map(({ role, labels }) => {
      const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
      return [roleWord(role), ...(pairs.length === 0 ? [] : [pairs.join(",")])].join(":");
    })
    .join(" ");
}

/** A role in a word. */
export function roleWord(role: Role): string {
  return enumWord(Role, role).toLowerCase();
}
