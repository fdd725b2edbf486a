import { defineRule } from "./rule.ts";

/** New Relic: gigabytes (10⁹ bytes) stored, counted in whole ones where the free ones are subtracted. */
export const newrelic = defineRule({
  name: "newrelic",
  prices: {
    per_gigabyte: "price of a gigabyte (10^9 bytes) stored",
    included_gigabytes: "gigabytes that are free each month",
  },
  monthly({ bytes }, { per_gigabyte, included_gigabytes }, applyAllowances) {
    const gigabytes = bytes / 1e9;
    // At the margin a whole gigabyte is reached sooner or later in proportion: no steps.
    const billable = applyAllowances ? Math.max(0, Math.floor(gigabytes) - included_gigabytes) : gigabytes;
    return billable * per_gigabyte;
  },
  assumptions: [
    "New Relic bills the bytes it stores after its own transformation; uncompressed OTLP bytes stand in for them.",
  ],
});
