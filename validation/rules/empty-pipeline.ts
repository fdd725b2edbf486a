import type { RuleFinding } from "../finding.ts";
import type { Subject } from "../subject.ts";

/** A service pipeline with nothing to read or nowhere to send to: an error, the collector refuses it. */
export function findEmptyPipelines({ kind, routes }: Subject): RuleFinding[] {
  const needed = kind === "config" ? (["receivers", "exporters"] as const) : (["receivers"] as const);
  return routes.flatMap((route) =>
    needed
      .filter((key) => route[key].length === 0)
      .map((key) => ({
        severity: "error",
        at: [...route.at, key],
        message: `${route.id} has no ${key}.`,
        suggestion: `Name at least one of the ${key} in ${route.id}, or remove the pipeline.`,
      })),
  );
}
