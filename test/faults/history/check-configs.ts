import type { Entry } from "./operation.ts";
import type { Violation } from "./violation.ts";

/** I4: what a host applies never goes back but by a rollback that was reported. */
export function checkConfigs(entries: readonly Entry[]): Violation[] {
  const violations: Violation[] = [];
  const applied = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind !== "config-applied" && entry.kind !== "rollback-reported") continue;
    const { hostId, subject, version } = entry;
    const key = `${hostId} ${subject}`;
    const before = applied.get(key) ?? 0;
    if (entry.kind === "config-applied" && version < before) {
      const words = `host ${hostId} went from version ${before} of ${subject} back to ${version}`;
      violations.push({ invariant: "I4", words });
    }
    applied.set(key, version);
  }
  return violations;
}
