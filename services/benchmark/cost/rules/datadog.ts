import { mean } from "../month.ts";
import { defineRule } from "./rule.ts";

/** Datadog custom metrics: the mean over hours of distinct metric name × tag set. */
export const datadog = defineRule({
  name: "datadog",
  prices: {
    per_hundred_metrics: "price of 100 custom metrics",
    included_per_host: "custom metrics included with each host",
  },
  monthly({ series, hosts }, { per_hundred_metrics, included_per_host }, applyAllowances) {
    const included = applyAllowances ? included_per_host * hosts : 0;
    return (Math.max(0, mean(series["1h"]) - included) / 100) * per_hundred_metrics;
  },
  assumptions: ["Datadog: every series is one custom metric; contracts by metric name are priced otherwise."],
});
