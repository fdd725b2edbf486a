import { defineFormula } from "../price-book.ts";

/** SigNoz Cloud: samples ingested. */
export const signozCloud = defineFormula({
  name: "signoz-cloud",
  title: "SigNoz Cloud, metrics",
  unit: "Samples ingested.",
  currency: "USD",
  asOf: "2026-11-20",
  source: "signoz.io/pricing",
  trust: "vendor",
  prices: { perMillionSamples: 0.1 },
  monthly({ points }, { perMillionSamples }) {
    return (points / 1e6) * perMillionSamples;
  },
  assumptions: [],
});
