import cdf from "@stdlib/stats-base-dists-t-cdf";
import quantile from "@stdlib/stats-base-dists-t-quantile";
import { anytimePValue } from "./anytime-t.ts";
import { lagOneAutocorrelation } from "./autocorrelation.ts";
import { type Effect, reductionOf } from "./effect.ts";
import type { Plan } from "./plan.ts";
import { sampleOf } from "./sample.ts";
import { percent, reductionPhrase } from "./wording.ts";

/** A number from a second method; shown beside the verdict, never deciding. */
export interface CrossCheck {
  readonly name: string;
  readonly value: number;
  readonly detail: string;
}

/**
 * Standard error of a mean of autocorrelated values: Bartlett weights with
 * floor(4(n/100)^(2/9)) lags. Source: Newey & West, Econometrica 55(3), 1987;
 * the number of lags from Newey & West, Review of Economic Studies 61(4), 1994.
 * NaN of fewer than two values.
 */
export function neweyWestStandardError(values: readonly number[]): number {
  const n = values.length;
  if (n < 2) return Number.NaN;
  const { mean } = sampleOf(values);
  const covariance = (lag: number): number =>
    values.slice(lag).reduce((sum, value, index) => sum + (value - mean) * ((values[index] ?? mean) - mean), 0) / n;
  const lags = Math.min(n - 1, Math.floor(4 * (n / 100) ** (2 / 9)));
  let variance = covariance(0);
  for (let lag = 1; lag <= lags; lag++) variance += 2 * (1 - lag / (lags + 1)) * covariance(lag);
  return Math.sqrt(Math.max(0, variance) / n);
}

/**
 * Student's t over hosts: one number for each host, its mean log ratio, hosts
 * taken as independent, whatever their windows remember. For one look only, and
 * of the typical host whatever the plan's estimator. Null of fewer than two
 * hosts, or of hosts that are all the same.
 * Source: Ibragimov & Müller, Journal of Business & Economic Statistics 28(4),
 * 2010: valid for groups of unequal variance at levels up to 8.3 %.
 */
export function hostLevelT(hostMeans: readonly number[], boundary: number, level: number) {
  const { mean, variance, count } = sampleOf(hostMeans);
  const error = Math.sqrt(variance / count);
  if (count < 2 || !(error > 0)) return null;
  const halfWidth = quantile(1 - level / 2, count - 1) * error;
  return {
    /** One-sided p-value of "the mean is not below the boundary". */
    pValue: cdf((mean - boundary) / error, count - 1),
    logRatio: { estimate: mean, low: mean - halfWidth, high: mean + halfWidth },
  };
}

/** Looks at the primary effect through other methods. */
export function crossCheck(primary: Effect, plan: Plan): CrossCheck[] {
  const values = primary.blockLogRatios;
  if (values.length < 2) return [];
  const neweyWest = neweyWestStandardError(values);
  const lagOne = lagOneAutocorrelation([values]);
  const pValue = anytimePValue(primary.estimate, Math.log1p(-plan.minimumReductionRatio), plan.g);
  const hosts = hostLevelT(primary.hostLogRatios, Math.log1p(-plan.minimumReductionRatio), 2 * plan.alpha);
  const hostLevel: CrossCheck[] =
    hosts === null
      ? []
      : [
          {
            name: "host-level-t",
            value: hosts.pValue,
            detail: `One look, one number a host: ${reductionPhrase(reductionOf(hosts.logRatio), "series")}; the p-value of a reduction of no more than ${percent(plan.minimumReductionRatio)} is ${hosts.pValue.toPrecision(2)}.`,
          },
        ];
  return [
    ...hostLevel,
    {
      name: "newey-west",
      value: neweyWest,
      detail: `Allowing for correlation between blocks, the standard error of the log ratio is ${neweyWest.toPrecision(3)}; the verdict used ${primary.estimate.standardError.toPrecision(3)}.`,
    },
    {
      name: "lag-1-autocorrelation",
      value: lagOne,
      detail: `One block's log ratio predicts the next with correlation ${lagOne.toFixed(2)}; near 0 is what the interval assumes.`,
    },
    {
      name: "anytime-p-value",
      value: pValue,
      detail: `Valid at any look, the p-value of a reduction of exactly ${percent(plan.minimumReductionRatio)} is ${pValue.toPrecision(2)}.`,
    },
  ];
}
