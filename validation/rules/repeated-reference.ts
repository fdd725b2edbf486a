import type { RuleFinding } from "../finding.ts";
import type { Subject, SubjectRoute } from "../subject.ts";

/** A service pipeline names a component twice in one list: an error for processors, which collectors refuse, else a warning. */
export function findRepeatedReferences({ routes }: Subject): RuleFinding[] {
  const kinds = ["receivers", "processors", "exporters"] as const;
  return routes.flatMap((route) => kinds.flatMap((kind) => repeated(route, kind)));
}

function repeated(route: SubjectRoute, kind: "receivers" | "processors" | "exporters"): RuleFinding[] {
  const seen = new Set<string>();
  return route[kind].flatMap((id, index): RuleFinding[] => {
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return [
      {
        severity: kind === "processors" ? "error" : "warning",
        at: [...route.at, kind, index],
        message: `${id} stands twice among the ${kind} of ${route.id}.`,
        suggestion: `Remove one of the two, or define a second one, ${id}/2 for instance.`,
      },
    ];
  });
}
