import { percentile95 } from "../month.ts";
import { defineFormula } from "../price-book.ts";

/** Grafana Cloud Pro: the 95th percentile over the month of active series, or of data points per minute where those are more. */
export const grafanaCloudPro = defineFormula({
  name: "grafana-cloud-pro",
  title: "Grafana Cloud Pro, metrics",
  unit: "The larger of series active within 20 minutes and data points per minute over the included one, 95th percentile of the month.",
  currency: "USD",
  asOf: "2026-05-01",
  source: "grafana.com/docs/grafana-cloud, metrics pricing (rule); public price lists (price)",
  trust: "secondary",
  prices: { perThousandSeries: 6.5, includedSeries: 10_000, includedPointsPerMinute: 1 },
  monthly({ twentyMinuteSeries, pointsPerMinute }, prices, applyAllowances) {
    const byPoints = pointsPerMinute / prices.includedPointsPerMinute;
    const billable = percentile95(twentyMinuteSeries.map((series) => Math.max(series, byPoints)));
    const included = applyAllowances ? prices.includedSeries : 0;
    return (Math.max(0, billable - included) / 1000) * prices.perThousandSeries;
  },
  assumptions: [
    "Grafana Cloud: one data point per minute is included with each series, and the platform fee is left out because both arms would pay it.",
  ],
});
