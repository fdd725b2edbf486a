import { mean } from "../month.ts";
import { defineFormula } from "../price-book.ts";

/** Datadog custom metrics, Pro: the mean over hours of distinct metric name × tag set. */
export const datadogCustomMetrics = defineFormula({
  name: "datadog-custom-metrics",
  title: "Datadog Pro, custom metrics",
  unit: "Distinct metric name and tag set in an hour, averaged over the hours of the month.",
  currency: "USD",
  asOf: "2026-11-20",
  source: "docs.datadoghq.com/account_management/billing/custom_metrics (rule); public price lists (price)",
  trust: "secondary",
  prices: { perHundredMetrics: 5, includedPerHost: 100 },
  monthly({ hourlySeries, hosts }, { perHundredMetrics, includedPerHost }, applyAllowances) {
    const included = applyAllowances ? includedPerHost * hosts : 0;
    return (Math.max(0, mean(hourlySeries) - included) / 100) * perHundredMetrics;
  },
  assumptions: ["Datadog: every series is one custom metric; contracts by metric name are priced otherwise."],
});
