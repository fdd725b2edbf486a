import type { DocumentPath } from "@phoenix/catalog";
import type { RuleFinding } from "../finding.ts";
import { isMapping, type Subject } from "../subject.ts";

/** A list of what to include that is empty: an error, it matches nothing, and the data is gone without a word. */
export function findEmptyIncludes({ components }: Subject): RuleFinding[] {
  const findings: RuleFinding[] = [];
  const look = (value: unknown, at: DocumentPath): void => {
    const listed = at.at(-1) === "metrics_include" || (typeof at.at(-1) === "string" && at.at(-2) === "include");
    if (Array.isArray(value) && value.length === 0 && listed) {
      findings.push({
        severity: "error",
        at,
        message: "An empty list includes nothing, so that no data is left.",
        suggestion: "Name what is to be included, or remove the key to include everything.",
      });
    }
    if (Array.isArray(value)) for (const [index, item] of value.entries()) look(item, [...at, index]);
    else if (isMapping(value)) for (const [key, item] of Object.entries(value)) look(item, [...at, key]);
  };
  look(components.receivers, ["receivers"]);
  look(components.processors, ["processors"]);
  return findings;
}
