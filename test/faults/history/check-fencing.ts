import type { Entry } from "./operation.ts";
import type { Violation } from "./violation.ts";

type Report = Extract<Entry, { kind: "report-sent" }>;

/**
 * I3: a report that was stale when it was sent, because a newer lease of its
 * task or a newer session of its host had been given out by then, is not taken.
 * The repetition of a report that was sent in time says nothing new and may be.
 */
export function checkFencing(entries: readonly Entry[]): Violation[] {
  const violations: Violation[] = [];
  const newestLease = new Map<string, bigint>();
  const newestSession = new Map<string, bigint>();
  const newestTry = new Map<string, number>();
  const sentInTime = new Set<string>();
  const stale = new Map<string, Report>();
  for (const entry of entries) {
    if (entry.kind === "session-opened") raise(newestSession, entry.hostId, entry.session);
    if (entry.kind === "assigned") {
      raise(newestLease, entry.taskId, entry.leaseToken);
      newestTry.set(entry.taskId, Math.max(entry.attempt, newestTry.get(entry.taskId) ?? 0));
    }
    if (entry.kind !== "report-sent") continue;
    const said = `${entry.taskId}/${entry.attempt}/${entry.leaseToken}/${entry.state}`;
    const overtaken =
      entry.leaseToken < (newestLease.get(entry.taskId) ?? 0n) ||
      entry.session < (newestSession.get(entry.hostId) ?? 0n);
    if (!overtaken) sentInTime.add(said);
    else if (!sentInTime.has(said)) stale.set(entry.reportId, entry);
  }
  const accuse = (reportId: string | null, how: string): void => {
    const report = reportId === null ? undefined : stale.get(reportId);
    if (report === undefined) return;
    const words = `a late report of ${report.taskId}/${report.attempt} (lease ${report.leaseToken}, session ${report.session}) ${how}`;
    violations.push({ invariant: "I3", words });
  };
  for (const entry of entries) {
    if (entry.kind === "report-answered" && entry.accepted) accuse(entry.reportId, "was accepted");
    if (entry.kind !== "attempt-found") continue;
    accuse(entry.reportId, "is stored");
    const later = newestTry.get(entry.taskId) ?? 0;
    if (entry.outcome === "completed" && later > entry.attempt) {
      const words = `try ${entry.attempt} of ${entry.taskId} is stored as completed although try ${later} was given out`;
      violations.push({ invariant: "I3", words });
    }
  }
  return violations;
}

function raise(newest: Map<string, bigint>, key: string, value: bigint): void {
  if (value > (newest.get(key) ?? 0n)) newest.set(key, value);
}
