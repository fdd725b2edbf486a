import { type Change, ChangeKind } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";

/** The field of a request that names a thing of a kind. */
const idField: Readonly<Partial<Record<ChangeKind, string>>> = {
  [ChangeKind.EXPERIMENT]: "experimentId",
  [ChangeKind.HOST]: "hostId",
  [ChangeKind.DEPLOYMENT]: "deploymentId",
  [ChangeKind.TASK]: "taskId",
  [ChangeKind.LOAD_SIMULATION]: "loadSimulationId",
};

/** False only for what was asked about another thing of the kind that changed. */
export function isAbout(input: unknown, { kind, subjectId }: Pick<Change, "kind" | "subjectId">): boolean {
  const field = idField[kind];
  if (typeof input !== "object" || input === null || subjectId === "" || field === undefined) return true;
  const asked = (input as Record<string, unknown>)[field];
  if (typeof asked !== "string" || asked === "" || asked === subjectId) return true;
  // A name would do too where a call takes one, so only what looks like another id is left alone.
  return asked.length !== subjectId.length;
}
