import type { Metrics } from "@phoenix/platform/telemetry";
import type { ReportVerdict } from "../tasks/index.ts";
import { type EndingCause, endingOf } from "./ending.ts";

/** Where sessions count what happens to them. */
export type SessionMetrics = {
  sessions(size: number): void;
  end(cause: EndingCause): void;
  report(verdict: ReportVerdict): void;
  staleLeases(count: number): void;
};

/** Registers the metrics of the agent port. */
export function createSessionMetrics(metrics: Metrics): SessionMetrics {
  const sessions = metrics.gauge({ name: "phoenix_agent_sessions", help: "Sessions of agents this process holds." });
  const endings = metrics.counter({
    name: "phoenix_agent_session_endings_total",
    help: "Sessions of agents that ended, by cause and by what it says of the host.",
    labelNames: ["cause", "host"],
  });
  const reports = metrics.counter({
    name: "phoenix_task_reports_total",
    help: "Reports of tasks by what became of them; stale ones were fenced off.",
    labelNames: ["verdict"],
  });
  const leases = metrics.counter({
    name: "phoenix_task_stale_leases_total",
    help: "Leases agents named in heartbeats that were not theirs any more.",
  });
  return {
    sessions: (size) => sessions.set(size),
    end: (cause) => endings.inc({ cause, host: endingOf(cause).host }),
    report: (verdict) => reports.inc({ verdict }),
    staleLeases: (count) => leases.inc(count),
  };
}
