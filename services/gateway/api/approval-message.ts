import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import { ruleOf, subjectsOf } from "../access/index.ts";
import type { ApprovalRecord } from "../approvals/index.ts";
import type { KeptCall } from "./replay.ts";

const kinds = {
  host: SubjectKind.HOST,
  task: SubjectKind.TASK,
  experiment: SubjectKind.EXPERIMENT,
  deployment: SubjectKind.DEPLOYMENT,
  load: SubjectKind.LOAD_SIMULATION,
} as const;

/** An approval for its readers, with what the kept call is about. */
export function approvalMessage(approval: ApprovalRecord, kept: KeptCall | undefined) {
  const { approvalId, method, summary, requester, reason, createTime, expireTime, decider, decision, result } =
    approval;
  return {
    ...{ approvalId, method, summary, requester, reason, result },
    ...(kept === undefined ? {} : subjectOf(kept)),
    createTime: timestampFromDate(createTime),
    expireTime: timestampFromDate(expireTime),
    decider: decider ?? "",
    approved: decision === "approved",
    refused: decision === "refused",
  };
}

/** What a call is about; nothing for one that makes something. */
function subjectOf({ method, request }: KeptCall): { subjectKind?: SubjectKind; subjectId?: string } {
  const rule = ruleOf(method.parent.typeName, method.name);
  const [subject] = rule === undefined ? [] : subjectsOf(rule.concern, request);
  return subject !== undefined && "id" in subject ? { subjectKind: kinds[subject.kind], subjectId: subject.id } : {};
}
