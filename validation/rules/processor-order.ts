import type { RuleFinding } from "../finding.ts";
import { componentType, type Subject } from "../subject.ts";

/**
 * A memory limiter that is not first, or a batch that is not last: a warning. Before the limiter data is
 * taken in that there is no memory for; behind a batch every processor works on what is about to be sent.
 */
export function findProcessorOrder({ routes }: Subject): RuleFinding[] {
  return routes.flatMap((route) =>
    route.processors.flatMap((id, index): RuleFinding[] => {
      const last = route.processors.length - 1;
      const at = [...route.at, "processors", index];
      if (componentType(id) === "memory_limiter" && index > 0)
        return [misplaced(at, `${id} is not the first processor of ${route.id}.`, `Move ${id} to the front.`)];
      if (componentType(id) === "batch" && index < last)
        return [misplaced(at, `${id} is not the last processor of ${route.id}.`, `Move ${id} to the end.`)];
      return [];
    }),
  );
}

function misplaced(at: RuleFinding["at"], message: string, suggestion: string): RuleFinding {
  return { severity: "warning", at, message, suggestion };
}
