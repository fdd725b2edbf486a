import { referredVariables, walkText } from "@phoenix/catalog";
import type { RuleFinding } from "../finding.ts";
import { isMapping, type Subject } from "../subject.ts";

/** A pipeline file declares a variable that it does not use: a warning, values for it would do nothing. */
export function findUnusedVariables(subject: Subject): RuleFinding[] {
  if (subject.kind !== "pipeline" || !isMapping(subject.value.variables)) return [];
  const used = new Set<string>();
  walkText([subject.components, subject.value.dynamic], (text) => {
    for (const name of referredVariables(text)) used.add(name);
  });
  return Object.keys(subject.value.variables)
    .filter((name) => !used.has(name))
    .map((name) => ({
      severity: "warning",
      at: ["variables", name],
      message: `The variable ${name} is declared but not used.`,
      suggestion: `Write \${var:${name}} where it belongs, or remove it.`,
    }));
}
