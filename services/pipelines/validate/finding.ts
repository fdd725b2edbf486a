import type { DocumentPath } from "@phoenix/catalog";

/** How bad a finding is: only an error keeps a configuration from running. */
type Severity = "error" | "warning" | "info";

/** Something a check found; line and column from 1, 0 when unknown. */
export type Finding = {
  severity: Severity;
  rule: string;
  path: string;
  line: number;
  column: number;
  message: string;
  suggestion: string;
};

/** What a rule says: a finding without the name of the rule, whose place is still a path into the document. */
export type RuleFinding = Pick<Finding, "severity" | "message" | "suggestion"> & { at: DocumentPath };

const order: Severity[] = ["error", "warning", "info"];

/** Says whether a finding among these is an error. */
export function hasError(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === "error");
}

/** Orders findings worst first, then as they stand in the text. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) => order.indexOf(a.severity) - order.indexOf(b.severity) || a.line - b.line || a.column - b.column,
  );
}
