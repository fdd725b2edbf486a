import { defineFormula } from "../price-book.ts";

/** Amazon CloudWatch OpenTelemetry metrics: serialised bytes of every OTLP data point. */
export const cloudwatchOtel = defineFormula({
  name: "cloudwatch-otel",
  title: "Amazon CloudWatch, OpenTelemetry metrics",
  unit: "Gigabytes (10⁹ bytes) of serialised OTLP data points.",
  currency: "USD",
  asOf: "2026-10-01",
  source: "Amazon CloudWatch documentation (rule); public price lists (price)",
  trust: "secondary",
  prices: { perGigabyte: 0.08 },
  monthly({ bytes }, { perGigabyte }) {
    return (bytes / 1e9) * perGigabyte;
  },
  assumptions: [
    "CloudWatch counts each data point with its resource and scope; uncompressed OTLP requests share those, so its count is higher.",
  ],
});
