import { defineFormula } from "../price-book.ts";

const gigabyte = 1e9;

/** New Relic: gigabytes (10⁹ bytes) stored, counted in whole ones where the free ones are subtracted. */
export const newRelicData = defineFormula({
  name: "new-relic-data",
  title: "New Relic, original data option",
  unit: "Gigabytes (10⁹ bytes) stored after transformation.",
  currency: "USD",
  asOf: "2026-05-01",
  source: "public price lists",
  trust: "secondary",
  prices: { perGigabyte: 0.4, includedGigabytes: 100 },
  monthly({ bytes }, { perGigabyte, includedGigabytes }, applyAllowances) {
    const gigabytes = bytes / gigabyte;
    // At the margin a whole gigabyte is reached sooner or later in proportion: no steps.
    const billable = applyAllowances ? Math.max(0, Math.floor(gigabytes) - includedGigabytes) : gigabytes;
    return billable * perGigabyte;
  },
  assumptions: [
    "New Relic bills the bytes it stores after its own transformation; uncompressed OTLP bytes stand in for them.",
  ],
});
