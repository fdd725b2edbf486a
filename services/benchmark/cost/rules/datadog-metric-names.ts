import { defineRule } from "./rule.ts";

/** Datadog's pricing by metric name: names, and indexed points beyond those that come with each name. */
export const datadogMetricNames = defineRule({
  name: "datadog-metric-names",
  prices: {
    per_name: "price of a metric name",
    included_points_per_name: "indexed points included with each name, each month",
    per_million_points: "price of 1,000,000 indexed points beyond those",
  },
  monthly({ metricNames, points }, prices, applyAllowances) {
    const included = applyAllowances ? metricNames * prices.included_points_per_name : 0;
    return metricNames * prices.per_name + (Math.max(0, points - included) / 1e6) * prices.per_million_points;
  },
  assumptions: [
    "Datadog by metric name: the names of one host, on average, stand for those of the fleet, which share them; every point is indexed and every name has more than 100 points. Dropping attributes saves points here, not names.",
  ],
});
