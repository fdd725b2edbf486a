import type { RuleFinding } from "../finding.ts";
import type { Subject } from "../subject.ts";

/** A connector that is only written to or only read from: an error, it connects nothing and collectors refuse it. */
export function findOneSidedConnectors({ components, routes }: Subject): RuleFinding[] {
  return Object.keys(components.connectors).flatMap((id): RuleFinding[] => {
    const written = routes.find((route) => route.exporters.includes(id));
    const read = routes.find((route) => route.receivers.includes(id));
    if ((written === undefined) === (read === undefined)) return [];
    const [side, key] = written ? (["exporter", "receivers"] as const) : (["receiver", "exporters"] as const);
    return [
      {
        severity: "error",
        at: ["connectors", id],
        message: `${id} is a connector but only used as ${side === "exporter" ? "an exporter" : "a receiver"}.`,
        suggestion: `Name ${id} among the ${key} of another pipeline, or remove it.`,
      },
    ];
  });
}
