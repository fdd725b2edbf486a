import type { RuleFinding } from "../finding.ts";
import type { Subject } from "../subject.ts";

/** A service pipeline names a component twice in one list: an error for processors, which collectors refuse, else a warning. */
export function findRepeatedReferences({ routes }: Subject): RuleFinding[] {
  const kinds = ["receivers", "processors", "exporters"] as const;
  return routes.flatMap((route) =>
    kinds.flatMap((kind) =>
      route[kind].flatMap((id, index) =>
        route[kind].indexOf(id) === index
          ? []
          : [
              {
                severity: kind === "processors" ? ("error" as const) : ("warning" as const),
                at: [...route.at, kind, index],
                message: `${id} stands twice among the ${kind} of ${route.id}.`,
                suggestion: `Remove one of the two, or define a second one, ${id}/2 for instance.`,
              },
            ],
      ),
    ),
  );
}
