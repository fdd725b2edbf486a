import type { MessageInitShape } from "@bufbuild/protobuf";
import { Role, type RoleGrant, type RoleGrantSchema } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { formatLabels, parseLabels } from "../labels.ts";

/** A role and where it counts, as one writes it. */
export type WrittenGrant = { key: number; role: Role; labels: string };

let nextKey = 1;

/** A role to begin with. */
export function newGrant(role: Role = Role.VIEWER): WrittenGrant {
  return { key: nextKey++, role, labels: "" };
}

/** Grants as one edits them. */
export function writtenGrants(grants: readonly RoleGrant[]): WrittenGrant[] {
  return grants.map(({ role, labels }) => ({ ...newGrant(role), labels: formatLabels(labels) }));
}

/** What was written as grants; undefined while labels are not right. */
export function grantsOf(written: readonly WrittenGrant[]): MessageInitShape<typeof RoleGrantSchema>[] | undefined {
  const read = written.map(({ role, labels }) => ({ role, ...parseLabels(labels) }));
  return read.every((grant) => "labels" in grant) ? read : undefined;
}
