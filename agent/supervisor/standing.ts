import type { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { CollectorSnapshot, CollectorSpec } from "./collector-spec.ts";

/** How one collector stands, and whoever wants to hear when that changes. */
export interface Standing {
  /** A copy of it; null before it was first shown. */
  now(): CollectorSnapshot | null;
  /** The same where it was shown; throws before that. */
  current(): CollectorSnapshot;
  /** Begins anew with a spec, without a process; ports and the time of the last start stay. Always told. */
  show(spec: CollectorSpec, state: CollectorState, lastError: string): void;
  /** Changes parts of it, and tells of it when one became another. Without effect before it was first shown. */
  update(change: Partial<CollectorSnapshot>): void;
  /** Changes parts of it, of which nobody is told. */
  note(change: Partial<CollectorSnapshot>): void;
}

/** Creates the standing of a collector that was not shown yet. */
export function createStanding(onChange: (snapshot: CollectorSnapshot) => void): Standing {
  let snapshot: CollectorSnapshot | null = null;
  const now = (): CollectorSnapshot | null => (snapshot === null ? null : { ...snapshot });
  return {
    now,
    current() {
      const shown = now();
      if (shown === null) throw new Error("a collector is run before it was shown");
      return shown;
    },
    show(spec, state, lastError) {
      const { healthPort, metricsPort, startedAtMs } = snapshot ?? { healthPort: 0, metricsPort: 0, startedAtMs: 0 };
      const nothingYet = { pid: 0, startTicks: 0, restarts: 0, edited: false, dynamicDetail: "" };
      snapshot = { spec, state, startedAtMs, lastError, healthPort, metricsPort, ...nothingYet };
      onChange({ ...snapshot });
    },
    update(change) {
      if (snapshot === null) return;
      const before = snapshot;
      const next = { ...before, ...change };
      snapshot = next;
      const changed = Object.keys(change) as (keyof CollectorSnapshot)[];
      if (changed.some((key) => next[key] !== before[key])) onChange({ ...next });
    },
    note(change) {
      if (snapshot !== null) snapshot = { ...snapshot, ...change };
    },
  };
}
