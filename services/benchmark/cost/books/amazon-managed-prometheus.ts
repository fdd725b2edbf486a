import { defineFormula } from "../price-book.ts";

/** Amazon Managed Service for Prometheus: samples ingested, first volume tier. */
export const amazonManagedPrometheus = defineFormula({
  name: "amazon-managed-prometheus",
  title: "Amazon Managed Service for Prometheus",
  unit: "Samples ingested.",
  currency: "USD",
  asOf: "2026-10-01",
  source: "aws.amazon.com/prometheus/pricing (rule, free tier); public price lists (price)",
  trust: "secondary",
  prices: { perTenMillionSamples: 0.9, includedSamples: 40_000_000 },
  monthly({ points }, { perTenMillionSamples, includedSamples }, applyAllowances) {
    const billable = Math.max(0, points - (applyAllowances ? includedSamples : 0));
    return (billable / 10e6) * perTenMillionSamples;
  },
  assumptions: [
    "Amazon Managed Prometheus: the price of the first 2 billion samples a month is used throughout; storage and queries are left out.",
  ],
});
