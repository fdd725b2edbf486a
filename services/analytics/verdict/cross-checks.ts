import { anytimePValue } from "./anytime-t.ts";
import { lagOneAutocorrelation } from "./autocorrelation.ts";
import type { Effect } from "./effect.ts";
import type { Plan } from "./plan.ts";
import { sampleOf } from "./sample.ts";
import { percent } from "./wording.ts";

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

/** Looks at the primary effect through other methods. A host-level t is not among them: it needs a quantile of Student's t. */
export function crossCheck(primary: Effect, plan: Plan): CrossCheck[] {
  const values = primary.blockLogRatios;
  if (values.length < 2) return [];
  const neweyWest = neweyWestStandardError(values);
  const lagOne = lagOneAutocorrelation([values]);
  const pValue = anytimePValue(primary.estimate, Math.log1p(-plan.minimumReductionRatio), plan.g);
  return [
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
