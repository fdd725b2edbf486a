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

/** Most findings that one rule adds; nobody reads more, and a megabyte of text could hold a hundred thousand. */
const mostOfARule = 100;

/** Keeps the first hundred findings of a rule, an error before all others, and says in the last one how many there are more. */
export function limitFindings<F extends Pick<Finding, "severity" | "message">>(findings: readonly F[]): F[] {
  if (findings.length <= mostOfARule) return [...findings];
  const kept = findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity)).slice(0, mostOfARule);
  const more = ` There are ${findings.length - mostOfARule} more findings of this rule.`;
  return kept.map((finding, index) =>
    index === mostOfARule - 1 ? { ...finding, message: finding.message + more } : finding,
  );
}

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
