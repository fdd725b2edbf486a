import type { RuleFinding } from "../finding.ts";
import { nearestName } from "../nearest-name.ts";
import { componentType, type Subject } from "../subject.ts";

const signals = ["traces", "metrics", "logs", "profiles"];

/** The id of a service pipeline does not begin with a signal: an error, the collector would not know what flows in it. */
export function findPipelinesWithoutSignal({ routes }: Subject): RuleFinding[] {
  return routes
    .filter(({ id }) => !signals.includes(componentType(id)))
    .map(({ id, at }) => ({
      severity: "error",
      at,
      message: `${id} does not say which signal flows in it.`,
      suggestion: `Begin it with a signal, ${nearestName(componentType(id), signals) ?? "metrics"}/${id.split("/")[1] ?? id} for instance; there are ${signals.join(", ")}.`,
    }));
}
