import type { ArmWindows, ComparedWindow } from "./choose-windows.ts";
import type { QuerySeries } from "./query-answer.ts";

/** What both sides can measure, by the field of a window that holds it. */
export type ComparedField = "activeSeries" | "dataPoints" | "metricNames";

/** One key figure of one arm from both sides. */
export interface Comparison {
  readonly variant: string;
  readonly field: ComparedField;
  readonly tap: number;
  /** NaN where the second source has nothing of the arm. */
  readonly second: number;
  /** second / tap - 1; NaN where one is missing. */
  readonly disagreementRatio: number;
  readonly agrees: boolean;
  /** Why they may differ; empty when they agree. */
  readonly explanation: string;
}

/** Up to this both sides say the same: scrapes on the edge of a window may fall on either side of it. */
const tolerance = 0.02;

/** One value of every window of an arm. */
type Count = (window: ComparedWindow) => number;

const mean = (windows: readonly ComparedWindow[], of: Count): number =>
  windows.reduce((total, window) => total + of(window), 0) / windows.length;
const overHosts = (windows: readonly ComparedWindow[], of: Count): number =>
  [...Map.groupBy(windows, ({ hostId }) => hostId).values()].reduce((total, own) => total + mean(own, of), 0);

/** How counts become a key figure, as the contract defines it (ArmKpis). */
const figureOf: Readonly<Record<ComparedField, (arm: ArmWindows, of: Count) => number>> = {
  activeSeries: ({ windows }, of) => overHosts(windows, of),
  dataPoints: ({ windows, windowSeconds }, of) => overHosts(windows, of) / windowSeconds,
  metricNames: ({ windows }, of) => mean(windows, of),
};

/**
 * Compares one count of an arm: the second source's values by host and window take the place of the tap's, and the
 * same formula makes a key figure of both.
 */
export function compareArm(arm: ArmWindows, field: ComparedField, answer: readonly QuerySeries[]): Comparison {
  const values = new Map<string, number>();
  for (const { labels, samples } of answer) {
    for (const { atMs, value } of samples) values.set(`${labels.host_id ?? ""}\n${atMs}`, value);
  }
  const secondOf = ({ hostId, startMs, windowSeconds }: ComparedWindow): number | undefined =>
    values.get(`${hostId}\n${startMs + windowSeconds * 1000}`);
  const gaps = arm.windows.filter((window) => window[field] > 0 && secondOf(window) === undefined).length;
  const tap = figureOf[field](arm, (window) => window[field]);
  const nothing = arm.windows.every((window) => secondOf(window) === undefined);
  const second = nothing && tap > 0 ? Number.NaN : figureOf[field](arm, (window) => secondOf(window) ?? 0);
  const disagreementRatio = ratio(tap, second);
  const agrees = Math.abs(second - tap) <= tolerance * tap;
  const explanation = agrees ? "" : explain(field, { tap, second, gaps, windows: arm.windows.length });
  return { variant: arm.variant, field, tap, second, disagreementRatio, agrees, explanation };
}

function ratio(tap: number, second: number): number {
  if (tap === second) return 0;
  return tap === 0 ? Number.NaN : second / tap - 1;
}

type Seen = { tap: number; second: number; gaps: number; windows: number };

/** The likeliest reason for a difference, in one sentence. */
function explain(field: ComparedField, { tap, second, gaps, windows }: Seen): string {
  if (Number.isNaN(second)) {
    return "Prometheus has nothing of this arm in these windows: the candidate of a shadow experiment sends to the tap alone, unless the scenario says `export: both`; else remote write goes elsewhere or fails.";
  }
  if (tap === 0)
    return "The tap received nothing while Prometheus has samples: something else writes under the same labels.";
  if (gaps > 0) {
    return `${gaps} of ${windows} windows are missing in Prometheus: remote write was late, refused or interrupted in them.`;
  }
  return (second < tap ? fewer : more)[field];
}

const fewer: Readonly<Record<ComparedField, string>> = {
  activeSeries:
    "Prometheus has fewer: it drops attributes without a value and scopes, and takes series that then look the same for one.",
  dataPoints:
    "Prometheus has fewer: points that look the same without scopes and empty attributes are one, and it keeps one sample of a series for a millisecond.",
  metricNames: "Prometheus has fewer: names that differ only in characters it does not know are one name there.",
};

const more: Readonly<Record<ComparedField, string>> = {
  activeSeries:
    "Prometheus has more: it makes a series of each bucket, sum and count of a histogram, or something else writes under the same labels.",
  dataPoints:
    "Prometheus has more: it makes a sample of each bucket, sum and count of a histogram, or something else writes under the same labels.",
  metricNames:
    "Prometheus has more: a histogram has three names there, a metric of several units several, or something else writes under the same labels.",
};
