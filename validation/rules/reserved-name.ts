import type { RuleFinding } from "../finding.ts";
import type { Subject } from "../subject.ts";

/** Components that rendering adds; a pipeline may not define its own under these ids. */
export const reservedNames = {
  processors: ["memory_limiter", "resource/identity", "batch"],
  exporters: ["otlp_http/tap", "prometheus_remote_write"],
} as const;

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
