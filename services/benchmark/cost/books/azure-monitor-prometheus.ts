import { defineFormula } from "../price-book.ts";

/** Azure Monitor managed service for Prometheus: samples ingested. */
export const azureMonitorPrometheus = defineFormula({
  name: "azure-monitor-prometheus",
  title: "Azure Monitor managed service for Prometheus",
  unit: "Samples ingested.",
  currency: "USD",
  asOf: "2026-11-20",
  source: "public price lists of 2026",
  trust: "secondary",
  prices: { perTenMillionSamples: 0.16 },
  monthly({ points }, { perTenMillionSamples }) {
    return (points / 10e6) * perTenMillionSamples;
  },
  assumptions: ["Azure Monitor: samples queried are left out."],
});
