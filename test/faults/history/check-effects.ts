import type { Entry } from "./operation.ts";
import type { Violation } from "./violation.ts";

/** I2: no try took effect twice, and nothing was done again after it was done. */
export function checkEffects(entries: readonly Entry[]): Violation[] {
  const violations: Violation[] = [];
  const begun = new Set<string>();
  const doneBy = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind === "effect-ended" && entry.done) doneBy.set(entry.taskId, entry.attempt);
    if (entry.kind !== "effect-begun") continue;
    const { taskId, attempt, resumed } = entry;
    const name = `${taskId}/${attempt}`;
    if (begun.has(name) && !resumed) violations.push({ invariant: "I2", words: `try ${name} took effect twice` });
    begun.add(name);
    const done = doneBy.get(taskId);
    // Between the effect and the journal an agent cannot know: the same try may be taken up again.
    if (done !== undefined && !(resumed && done === attempt)) {
      violations.push({
        invariant: "I2",
        words: `task ${taskId} was done by try ${done} and done again by ${attempt}`,
      });
    }
  }
  return violations;
}
