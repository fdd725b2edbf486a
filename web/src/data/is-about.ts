import type { Change } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";

/** The field of a request that names a thing of a kind. */
const idField: Readonly<Partial<Record<SubjectKind, string>>> = {
  [SubjectKind.EXPERIMENT]: "experimentId",
  [SubjectKind.HOST]: "hostId",
  [SubjectKind.DEPLOYMENT]: "deploymentId",
  [SubjectKind.TASK]: "taskId",
  [SubjectKind.LOAD_SIMULATION]: "loadSimulationId",
};

/** False only for what was asked about another thing of the kind that changed. */
export function isAbout(input: unknown, change: Pick<Change, "kind" | "subjectId" | "subjectName">): boolean {
  const { kind, subjectId, subjectName } = change;
  const field = idField[kind];
  if (typeof input !== "object" || input === null || subjectId === "" || field === undefined) return true;
  const asked = (input as Record<string, unknown>)[field];
  // A name would do too, where a call takes one.
  return typeof asked !== "string" || asked === "" || asked === subjectId || asked === subjectName;
}
