import { percentile95 } from "../month.ts";
import { defineRule } from "./rule.ts";

/** Grafana Cloud: the 95th percentile over the month of active series, or of data points per minute where those are more. */
export const grafana = defineRule({
  name: "grafana",
  prices: {
    per_thousand_series: "price of 1,000 billable series",
    included_series: "billable series that are included",
    included_points_per_minute: "data points a minute that come with each series; above 0",
  },
  monthly({ series, pointsPerMinute }, prices, applyAllowances) {
    const byPoints = pointsPerMinute / prices.included_points_per_minute;
    const billable = percentile95(series["20m"].map((active) => Math.max(active, byPoints)));
    const included = applyAllowances ? prices.included_series : 0;
    return (Math.max(0, billable - included) / 1000) * prices.per_thousand_series;
  },
  assumptions: ["Grafana Cloud: the platform fee is left out because both arms would pay it."],
});
