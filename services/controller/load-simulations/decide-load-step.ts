import type { HostState } from "../fleet/index.ts";
import type { LoadHostState } from "./load-simulation-record.ts";

/** A load on a host that is not over, and what is known of its host. */
export interface LoadView {
  state: LoadHostState;
  stopRound: number;
  changedAt: Date;
  /** When the load was asked for. */
  createTime: Date;
  maxDurationMs: number;
  /** Null where the host was deleted. */
  hostState: HostState | null;
  /** The host's heartbeats have not named the load for a while. */
  absent: boolean;
}

/** Times that decide; in milliseconds. */
export interface LoadSettings {
  /** How long a host may take to begin. */
  startTimeoutMs: number;
  /** How much later than planned a load may end by itself. */
  endGraceMs: number;
  /** Time after which a stop that failed is tried again. */
  stopRetryMs: number;
  /** How long a host's heartbeats must not name a load before it counts as gone. */
  absenceMs: number;
}

/** What holds where nothing else is said. */
export const loadDefaults: Readonly<LoadSettings> = Object.freeze({
  startTimeoutMs: 120_000,
  endGraceMs: 15_000,
  stopRetryMs: 30_000,
  absenceMs: 8_000,
});

/** What is to be done about a load on a host now. */
export type LoadStep =
  | { do: "nothing" }
  | { do: "stop"; message: string }
  | { do: "end"; state: "stopped" | "failed"; message: string };

/** Rounds of stops; each has several tries of its own. */
const mostStopRounds = 10;

/** Decides about a load on a host. Pure. A host that cannot be asked has ended the load by itself once its time is up. */
export function decideLoadStep(view: LoadView, settings: LoadSettings, now: Date): LoadStep {
  const { state, changedAt, maxDurationMs, hostState } = view;
  if (hostState === null) return { do: "end", state: "stopped", message: "the host was deleted" };
  const sinceChangeMs = now.getTime() - changedAt.getTime();
  const sinceCreateMs = now.getTime() - view.createTime.getTime();
  const { startTimeoutMs, endGraceMs, stopRetryMs, absenceMs } = settings;
  const surelyOver = sinceCreateMs > startTimeoutMs + maxDurationMs + endGraceMs;
  if (surelyOver && hostState !== "online") {
    return { do: "end", state: "stopped", message: "its time is up, and its host has not been heard since" };
  }
  if (state === "stop_failed" && view.stopRound < mostStopRounds && sinceChangeMs > stopRetryMs) {
    return { do: "stop", message: "the stop is tried again" };
  }
  if (state !== "running") return { do: "nothing" };
  if (sinceChangeMs > maxDurationMs + endGraceMs) return { do: "stop", message: "its time was up" };
  if (view.absent && sinceChangeMs > absenceMs) {
    return sinceChangeMs + endGraceMs >= maxDurationMs
      ? { do: "end", state: "stopped", message: "its time was up" }
      : { do: "end", state: "failed", message: "the host does not run it any more; see the log of its agent" };
  }
  return { do: "nothing" };
}
