import { type Finding, FindingSeverity } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import type { Mark } from "../../../editor/index.tsx";

/** Severity as a word. */
export function severityOf({ severity }: Pick<Finding, "severity">): Mark["severity"] {
  if (severity === FindingSeverity.ERROR) return "error";
  return severity === FindingSeverity.WARNING ? "warning" : "info";
}

/** Findings as marks of an editor. */
export function marksOf(findings: readonly Finding[]): Mark[] {
  return findings.map((finding) => ({
    severity: severityOf(finding),
    line: finding.line,
    column: finding.column,
    message: [finding.message, finding.suggestion, `[${finding.rule}]`].filter(Boolean).join("\n"),
  }));
}

/** "2 errors, 1 warning"; empty for none. */
export function countFindings(findings: readonly Finding[]): string {
  const counts = (["error", "warning", "info"] as const).flatMap((severity) => {
    const number = findings.filter((finding) => severityOf(finding) === severity).length;
    if (number === 0) return [];
    return [
      severity === "info"
        ? `${number} note${number === 1 ? "" : "s"}`
        : `${number} ${severity}${number === 1 ? "" : "s"}`,
    ];
  });
  return counts.join(", ");
}
