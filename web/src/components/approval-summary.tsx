import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import type { Approval } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ExperimentName } from "./experiment-name.tsx";

const links: Readonly<Partial<Record<SubjectKind, (id: string) => ReactNode>>> = {
  [SubjectKind.EXPERIMENT]: (experimentId) => <ExperimentName experimentId={experimentId} />,
  [SubjectKind.DEPLOYMENT]: (id) => <Link to={`/deployments/${encodeURIComponent(id)}`}>{id}</Link>,
  [SubjectKind.HOST]: (id) => <Link to={`/fleet/${encodeURIComponent(id)}`}>{id}</Link>,
};

/** What someone asked for, with the way to what it is about; an experiment by its name. */
export function ApprovalSummary({
  summary,
  subjectKind,
  subjectId,
}: Pick<Approval, "summary" | "subjectKind" | "subjectId">) {
  const place = subjectId === "" ? -1 : summary.lastIndexOf(subjectId);
  const link = links[subjectKind];
  if (link === undefined || place < 0) return summary;
  return (
    <>
      {summary.slice(0, place)}
      {link(subjectId)}
      {summary.slice(place + subjectId.length)}
    </>
  );
}
