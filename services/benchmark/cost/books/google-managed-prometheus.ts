import { defineFormula } from "../price-book.ts";

/** Google Cloud Managed Service for Prometheus: samples ingested, first volume tier. */
export const googleManagedPrometheus = defineFormula({
  name: "google-managed-prometheus",
  title: "Google Cloud Managed Service for Prometheus",
  unit: "Samples ingested.",
  currency: "USD",
  asOf: "2026-11-20",
  source: "public price lists",
  trust: "secondary",
  prices: { perMillionSamples: 0.06 },
  monthly({ points }, { perMillionSamples }) {
    return (points / 1e6) * perMillionSamples;
  },
  assumptions: ["Google Managed Prometheus: the price of the first 50 billion samples a month is used throughout."],
});
