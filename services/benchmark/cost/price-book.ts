import type { MonthlyUsage } from "./month.ts";
import { monthlyByTiers, type Prices, rules, type TierTerms } from "./rules/index.ts";

/** How a book turns usage into money: a vendor's rule with its prices, or tiers over one count. */
export type BookTerms =
  | {
      /** Name of one of {@link rules}. */
      readonly rule: string;
      readonly prices: Prices;
    }
  | ({ readonly rule: "tiers" } & TierTerms);

/** A price book: a rule with the numbers in force and where they come from. */
export type PriceBook = {
  /** Lower-case letters, digits and hyphens. */
  readonly name: string;
  /** Vendor and plan, for people. */
  readonly title: string;
  /** What the vendor counts, in one sentence. */
  readonly unit: string;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Day the prices were read, "2026-11-20" for instance. */
  readonly asOf: string;
  /** Where rule and price come from. */
  readonly source: string;
  /** Whether rule and price are the vendor's own word, somebody else's, or a contract's. */
  readonly trust: "vendor" | "secondary" | "contract";
} & BookTerms;

/**
 * Cost of a month under a book, in its currency. Marginal by default: what this
 * much more costs someone whose allowances are used up; with allowances, what
 * it costs someone who sends nothing else.
 * @throws Error for a rule that is none, which reading a book has ruled out.
 */
export function monthlyCost(book: BookTerms, usage: MonthlyUsage, applyAllowances: boolean): number {
  if ("tiers" in book) return monthlyByTiers(usage, book, applyAllowances);
  const rule = rules.get(book.rule);
  if (rule === undefined) throw new Error(`no rule is called "${book.rule}"`);
  return rule.monthly(usage, book.prices, applyAllowances);
}

/** What a book's rule takes for granted, in sentences. */
export function assumptionsOfBook(book: PriceBook): readonly string[] {
  if (!("tiers" in book)) return rules.get(book.rule)?.assumptions ?? [];
  const { counts } = book;
  if (counts === "metric-names") {
    return [`${book.title}: the names of one host, on average, stand for those of the fleet, which share them.`];
  }
  if (counts === "mts-hourly-mean") {
    return [`${book.title}: every series is one metric time series; a histogram point may count as several.`];
  }
  return [];
}
