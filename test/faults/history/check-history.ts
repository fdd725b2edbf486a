import { checkConfigs } from "./check-configs.ts";
import { checkEffects } from "./check-effects.ts";
import { checkFencing } from "./check-fencing.ts";
import { checkObservations } from "./check-observations.ts";
import { checkTasks } from "./check-tasks.ts";
import type { Entry } from "./operation.ts";
import type { Violation } from "./violation.ts";

/** Every invariant of a history that does not hold; empty for a clean one. */
export function checkHistory(entries: readonly Entry[]): Violation[] {
  const leftovers = entries
    .filter((entry) => entry.kind === "left-over")
    .map(({ what }): Violation => ({ invariant: "I5", words: `${what} is left over` }));
  return [
    ...checkTasks(entries),
    ...checkEffects(entries),
    ...checkFencing(entries),
    ...checkConfigs(entries),
    ...leftovers,
    ...checkObservations(entries),
  ];
}
