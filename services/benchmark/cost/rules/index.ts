/**
 * The rules by which vendors turn usage into money, one file each. Pure. A rule
 * names the numbers it needs; a price book has them. `tiers` is for contracts.
 */
import { amp } from "./amp.ts";
import { azure } from "./azure.ts";
import { cloudwatch } from "./cloudwatch.ts";
import { datadog } from "./datadog.ts";
import { datadogMetricNames } from "./datadog-metric-names.ts";
import { gmp } from "./gmp.ts";
import { grafana } from "./grafana.ts";
import { newrelic } from "./newrelic.ts";
import type { Rule } from "./rule.ts";
import { signoz } from "./signoz.ts";

export type { Prices, Rule } from "./rule.ts";
export { monthlyByTiers, type TierTerms, takesStatistic, tierCounts, tierStatistics } from "./tiers.ts";

/** Every rule by its name, but for tiers. */
export const rules: ReadonlyMap<string, Rule> = new Map(
  [amp, azure, cloudwatch, datadog, datadogMetricNames, gmp, grafana, newrelic, signoz].map((rule) => [
    rule.name,
    rule,
  ]),
);
