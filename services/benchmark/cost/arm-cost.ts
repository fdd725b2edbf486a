import { type ArmMonth, type Projection, projectMonth } from "./block-usage.ts";
import { jackknifeGroups, jackknifeStandardError, jackknifeWidth } from "./jackknife.ts";
import { type BookTerms, monthlyCost } from "./price-book.ts";

/** An amount of money with its interval. */
export interface Money {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** An arm's month as measured, and with each group of blocks left out in turn. */
export interface ArmProjections {
  readonly whole: ArmMonth;
  readonly without: readonly ArmMonth[];
}

/** Projects an arm on a month, once whole and once without each group of blocks. */
export function projectArm(arm: Projection): ArmProjections {
  const monthWithout = projectMonth(arm);
  return { whole: monthWithout(), without: jackknifeGroups(arm.blocks.length).map((group) => monthWithout(group)) };
}

/**
 * The interval of a statistic of arms: two standard errors of the block
 * jackknife, the leave-one-out months of all arms pushed through `of` together.
 * Of one block the interval is open on both sides.
 */
export function intervalOf(arms: readonly ArmProjections[], of: (months: readonly ArmMonth[]) => number): Money {
  const estimate = of(arms.map(({ whole }) => whole));
  const groups = arms.reduce((least, { without }) => Math.min(least, without.length), Number.POSITIVE_INFINITY);
  const partial = Array.from({ length: Number.isFinite(groups) ? groups : 0 }, (_, index) =>
    of(arms.flatMap(({ without }) => without[index] ?? [])),
  );
  const error = jackknifeStandardError(partial);
  if (Number.isNaN(error)) return { estimate, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  return { estimate, low: estimate - jackknifeWidth * error, high: estimate + jackknifeWidth * error };
}

/** Cost of a month of one arm under a book, in its currency: allowances, maxima and percentiles bend the interval as they bend the cost. */
export function priceArm(arm: ArmProjections, book: BookTerms, applyAllowances: boolean): Money {
  const { estimate, low, high } = intervalOf([arm], ([month]) =>
    month === undefined ? Number.NaN : monthlyCost(book, month.usage, applyAllowances),
  );
  return { estimate, low: Math.max(0, low), high };
}
