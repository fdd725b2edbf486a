import { type Projection, projectMonth } from "./block-usage.ts";
import { jackknifeGroups, jackknifeStandardError, jackknifeWidth } from "./jackknife.ts";
import type { Formula, Prices } from "./price-book.ts";

/** Cost of a month with its interval, in the book's currency. */
export interface Cost {
  readonly monthly: number;
  readonly low: number;
  readonly high: number;
}

/** A formula with the numbers in force. */
export interface PricedFormula {
  readonly formula: Formula;
  readonly prices: Prices;
}

/**
 * Prices one arm under each book. The interval is two standard errors of the
 * block jackknife, every leave-one-out usage pushed through the book's own
 * function: allowances, maxima and percentiles bend it as they bend the cost.
 * Of one block the interval is everything from nothing up.
 */
export function priceArm(arm: Projection, books: readonly PricedFormula[], applyAllowances: boolean): Cost[] {
  const usageWithout = projectMonth(arm);
  const whole = usageWithout();
  const partial = jackknifeGroups(arm.blocks.length).map((group) => usageWithout(group));
  return books.map(({ formula, prices }) => {
    const monthly = formula.monthly(whole, prices, applyAllowances);
    const error = jackknifeStandardError(partial.map((usage) => formula.monthly(usage, prices, applyAllowances)));
    if (Number.isNaN(error)) return { monthly, low: 0, high: Number.POSITIVE_INFINITY };
    return { monthly, low: Math.max(0, monthly - jackknifeWidth * error), high: monthly + jackknifeWidth * error };
  });
}
