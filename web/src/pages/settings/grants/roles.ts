import { Role, type RoleGrant } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { formatLabels } from "../labels.ts";

/** What someone may do with a role, each more than the one before. */
export const roles: readonly { role: Role; title: string; may: string }[] = [
  { role: Role.VIEWER, title: "Viewer", may: "looks at everything but secrets" },
  { role: Role.OPERATOR, title: "Operator", may: "runs experiments, deployments and load" },
  { role: Role.APPROVER, title: "Approver", may: "promotes, rolls back, approves what others ask for" },
  { role: Role.ADMIN, title: "Administrator", may: "keeps users, tokens, price books and settings" },
];

/** The name of a role. */
export function roleTitle(role: Role): string {
  return roles.find((known) => known.role === role)?.title ?? "Unknown role";
}

/** A role and where it counts, in words. */
export function grantWords({ role, labels }: Pick<RoleGrant, "role" | "labels">): string {
  const where = formatLabels(labels);
  return where === "" ? roleTitle(role) : `${roleTitle(role)} on ${where}`;
}
