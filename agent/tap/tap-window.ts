import type { TapContributors } from "./contributor-counter.ts";

/** What one collector sent in one window. */
export interface TapWindow {
  /** Start of the window: a multiple of `windowMs` since the Unix epoch. */
  readonly startMs: number;
  /** Length of the window. */
  readonly windowMs: number;
  /** Distinct series (resource + scope + metric name + attributes), counted exactly. */
  readonly activeSeries: number;
  /** Data points received. */
  readonly dataPoints: number;
  /** Distinct metric names received. */
  readonly metricNames: number;
  /** Uncompressed OTLP protobuf bytes received, of requests that could be read. */
  readonly otlpBytes: number;
  /** Requests that could be read. */
  readonly requests: number;
  /** When the last of them came, in milliseconds since the Unix epoch; 0 when there was none. */
  readonly lastRequestMs: number;
  /** Requests that could not be read, were too large or broke off; nothing of them is counted elsewhere. */
  readonly rejectedRequests: number;
  /** The window's series as bytes of platform/sketch. */
  readonly sketch: Uint8Array;
  /** Process names that a must-keep expression matches and that had at least one data point. */
  readonly reportedProcessNames: ReadonlySet<string>;
  /** Where the series come from; undefined in a window in which it was not counted, which is most. */
  readonly contributors: TapContributors | undefined;
  /** The tap was not listening for this collector through the whole window. */
  readonly openedLate: boolean;
  /** Why this window is not whole, in one line; empty when it is. Never count a window that has a reason. */
  readonly incompleteReason: string;
}
