import { defineRule } from "./rule.ts";

/** Google Cloud Managed Service for Prometheus: samples ingested, first volume tier. */
export const gmp = defineRule({
  name: "gmp",
  prices: { per_million_samples: "price of 1,000,000 samples ingested" },
  monthly: ({ points }, { per_million_samples }) => (points / 1e6) * per_million_samples,
  assumptions: ["Google Managed Prometheus: the price of the first 50 billion samples a month is used throughout."],
});
