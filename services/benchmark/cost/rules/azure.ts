import { defineRule } from "./rule.ts";

/** Azure Monitor managed service for Prometheus: samples ingested and queried. */
export const azure = defineRule({
  name: "azure",
  prices: {
    per_ten_million_samples: "price of 10,000,000 samples ingested",
    per_ten_million_queried: "price of 10,000,000 samples queried",
    queried_per_sample: "how often each sample is queried; 0 leaves queries out",
  },
  monthly({ points }, prices) {
    const queried = points * prices.queried_per_sample;
    return (points / 10e6) * prices.per_ten_million_samples + (queried / 10e6) * prices.per_ten_million_queried;
  },
  assumptions: ["Azure Monitor: queries count only where the price book says how often a sample is queried."],
});
