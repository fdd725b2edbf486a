import type { Entry } from "./operation.ts";
import type { Violation } from "./violation.ts";

/** I6: what was acknowledged is stored once, as it was observed, and nothing else is. */
export function checkObservations(entries: readonly Entry[]): Violation[] {
  const observed = new Map<string, number>();
  const found = new Map<string, number>();
  const violations: Violation[] = [];
  const accuse = (words: string): void => void violations.push({ invariant: "I6", words });
  for (const entry of entries) {
    if (entry.kind === "observed") observed.set(entry.key, entry.count);
    if (entry.kind !== "observation-found") continue;
    if (found.has(entry.key)) accuse(`observation ${entry.key} is stored twice`);
    found.set(entry.key, entry.count);
  }
  for (const [key, count] of found) {
    const before = observed.get(key);
    if (before === undefined) accuse(`observation ${key} is stored and was never made`);
    else if (before !== count) accuse(`observation ${key} counted ${before} and is stored as ${count}`);
  }
  for (const entry of entries) {
    if (entry.kind === "observation-acknowledged" && !found.has(entry.key)) {
      accuse(`observation ${entry.key} was acknowledged and is lost`);
    }
  }
  return violations;
}
