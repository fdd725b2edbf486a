import { reservedNames } from "../../model/index.ts";
import type { RuleFinding } from "../finding.ts";
import type { Subject } from "../subject.ts";

/** A pipeline file defines a component that rendering adds: an error, one of the two would be lost. */
export function findReservedNames(subject: Subject): RuleFinding[] {
  if (subject.kind !== "pipeline") return [];
  return reservedNames.processors
    .filter((id) => id in subject.components.processors)
    .map((id) => ({
      severity: "error",
      at: ["processors", id],
      message: `${id} is added by rendering, so a pipeline cannot define it.`,
      suggestion: `Remove it, or give it a name of its own, ${id.split("/")[0]}/mine for instance.`,
    }));
}
