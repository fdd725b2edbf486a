import { defineRule } from "./rule.ts";

/** 1 GB is 2³⁰ bytes here (aws.amazon.com/prometheus/pricing). */
const gigabyte = 2 ** 30;

/** Amazon Managed Service for Prometheus: samples ingested, stored and queried. */
export const amp = defineRule({
  name: "amp",
  prices: {
    per_ten_million_samples: "price of 10,000,000 samples ingested",
    included_samples: "samples ingested that are free each month",
    per_gigabyte_month: "price of a gigabyte (2^30 bytes) stored for a month",
    included_gigabytes: "gigabytes stored that are free",
    bytes_per_sample: "bytes stored for each sample; 0 leaves storage out",
    retention_months: "months that samples are kept",
    per_billion_queried: "price of 1,000,000,000 samples queried",
    included_queried: "samples queried that are free each month",
    queried_per_sample: "how often each sample is queried; 0 leaves queries out",
  },
  monthly({ points }, prices, applyAllowances) {
    const beyond = (amount: number, included: number): number => Math.max(0, amount - (applyAllowances ? included : 0));
    const gigabytes = (points * prices.bytes_per_sample * prices.retention_months) / gigabyte;
    return (
      (beyond(points, prices.included_samples) / 10e6) * prices.per_ten_million_samples +
      beyond(gigabytes, prices.included_gigabytes) * prices.per_gigabyte_month +
      (beyond(points * prices.queried_per_sample, prices.included_queried) / 1e9) * prices.per_billion_queried
    );
  },
  assumptions: [
    "Amazon Managed Prometheus: the price of the first 2 billion samples a month is used throughout; storage and queries count only where the price book says how much a sample takes.",
  ],
});
