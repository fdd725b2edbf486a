import type { MonthlyUsage } from "./month.ts";

/** The numbers of a price book by name, as an operator may override them. */
export type Prices = Readonly<Record<string, number>>;

/** How one vendor turns usage into money. `P` names the numbers it needs. */
export interface Formula<P extends Prices = Prices> {
  /** Name of the formula, and of the price book that ships with it. */
  readonly name: string;
  /** Vendor and plan, for people. */
  readonly title: string;
  /** What the vendor counts, in one sentence. */
  readonly unit: string;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Day the prices were read. */
  readonly asOf: string;
  /** Where rule and price come from. */
  readonly source: string;
  /** Whether the price is the vendor's own word or somebody else's. */
  readonly trust: "vendor" | "secondary";
  /** List prices. */
  readonly prices: P;
  /**
   * Cost of a month, in the book's currency. Marginal by default: what this
   * much more costs someone whose allowance is used up; with allowances, what
   * it costs someone who sends nothing else.
   */
  monthly(usage: MonthlyUsage, prices: P, applyAllowances: boolean): number;
  /** What this formula assumes, in sentences. */
  readonly assumptions: readonly string[];
}

/** A price book: a formula with the numbers in force and where they come from. */
export interface PriceBook {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly currency: string;
  readonly asOf: string;
  readonly source: string;
  readonly trust: string;
  /** Name of the formula. */
  readonly formula: string;
  readonly prices: Prices;
}

/** Declares a formula; the numbers it reads are those it ships. */
export function defineFormula<P extends Prices>(formula: Formula<P>): Formula {
  // A book's prices are checked against the formula's names before they get here.
  return { ...formula, monthly: (usage, prices, allowances) => formula.monthly(usage, prices as P, allowances) };
}
