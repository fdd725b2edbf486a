import { type MonthlyUsage, mean, percentile95 } from "../month.ts";

/** What tiers may count. */
export const tierCounts = [
  "samples",
  "bytes",
  "active-series-20m",
  "active-series-1h",
  "active-series-2h30m",
  "series-hourly-mean",
  "mts-hourly-mean",
  "metric-names",
] as const;

/** How the counts of several spans become one. */
export const tierStatistics = ["mean", "p95", "sum"] as const;

/** Counts that are taken in spans of time, so that a statistic makes one number of them. */
const spanOf = {
  "active-series-20m": "20m",
  "active-series-1h": "1h",
  "active-series-2h30m": "2h30m",
} as const;

/** True for a count that a statistic is needed for. */
export function takesStatistic(counts: TierTerms["counts"]): counts is keyof typeof spanOf {
  return counts in spanOf;
}

/** A contract in graduated tiers over one count. */
export interface TierTerms {
  readonly counts: (typeof tierCounts)[number];
  /** Only for counts of active series; "sum" adds the spans measured up. */
  readonly statistic?: (typeof tierStatistics)[number] | undefined;
  /** A price is for this many. */
  readonly per: number;
  /** Free each month. */
  readonly included: number;
  /** Ascending; each price holds for what lies above the tier before, up to `upTo`, and the last for all the rest. */
  readonly tiers: readonly { readonly upTo: number; readonly price: number }[];
  /** Least that a month costs, without the platform fee. */
  readonly minimum: number;
  /** Fee of a month whatever is sent. */
  readonly platformFee: number;
}

function countOf(usage: MonthlyUsage, { counts, statistic }: TierTerms): number {
  if (takesStatistic(counts)) {
    const measured = usage.series[spanOf[counts]];
    if (statistic === "p95") return percentile95(measured);
    return statistic === "sum" ? measured.reduce((sum, each) => sum + each, 0) : mean(measured);
  }
  switch (counts) {
    case "samples":
      return usage.points;
    case "bytes":
      return usage.bytes;
    case "metric-names":
      return usage.metricNames;
    default:
      return mean(usage.series["1h"]);
  }
}

/**
 * Cost of a month in graduated tiers, in the currency of the prices. Marginal
 * without allowances: neither the included amount nor minimum and platform fee,
 * which both arms would pay alike; tiers count from what was included.
 */
export function monthlyByTiers(usage: MonthlyUsage, terms: TierTerms, applyAllowances: boolean): number {
  const billable = Math.max(0, countOf(usage, terms) - (applyAllowances ? terms.included : 0));
  let cost = 0;
  let below = 0;
  for (const { upTo, price } of terms.tiers) {
    if (billable <= below) break;
    cost += ((Math.min(billable, upTo) - below) / terms.per) * price;
    below = upTo;
  }
  return applyAllowances ? Math.max(cost, terms.minimum) + terms.platformFee : cost;
}
