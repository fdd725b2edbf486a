import { defineRule } from "./rule.ts";

/** SigNoz Cloud: samples ingested. */
export const signoz = defineRule({
  name: "signoz",
  prices: { per_million_samples: "price of 1,000,000 samples ingested" },
  monthly: ({ points }, { per_million_samples }) => (points / 1e6) * per_million_samples,
  assumptions: [],
});
