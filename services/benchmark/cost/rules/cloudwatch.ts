import { defineRule } from "./rule.ts";

/** Amazon CloudWatch OpenTelemetry metrics: serialised bytes of every OTLP data point. */
export const cloudwatch = defineRule({
  name: "cloudwatch",
  prices: { per_gigabyte: "price of a gigabyte (10^9 bytes) of OTLP data points" },
  monthly: ({ bytes }, { per_gigabyte }) => (bytes / 1e9) * per_gigabyte,
  assumptions: [
    "CloudWatch counts each data point with its resource and scope; uncompressed OTLP requests share those, so its count is higher.",
  ],
});
