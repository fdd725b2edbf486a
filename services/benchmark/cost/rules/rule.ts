import type { MonthlyUsage } from "../month.ts";

/** The numbers of a rule by name, as an operator writes them. */
export type Prices = Readonly<Record<string, number>>;

/** How one vendor turns usage into money. `N` are the names of the numbers it needs. */
export interface Rule<N extends string = string> {
  /** Name, as a price book gives it. */
  readonly name: string;
  /** The numbers it needs, each with what it means. */
  readonly prices: Readonly<Record<N, string>>;
  /** Cost of a month, in the currency of the prices; with the allowances subtracted where asked for. */
  monthly(usage: MonthlyUsage, prices: Readonly<Record<N, number>>, applyAllowances: boolean): number;
  /** What it takes for granted, in sentences. */
  readonly assumptions: readonly string[];
}

/** Declares a rule; the numbers it reads are those it names. */
export function defineRule<N extends string>(rule: Rule<N>): Rule {
  return {
    ...rule,
    // A book's numbers are checked against the rule's names before they get here.
    monthly: (usage, prices, allowances) => rule.monthly(usage, prices as Readonly<Record<N, number>>, allowances),
  };
}
