/**
 * What each arm would cost a month, under every price book, and what that saves.
 * Pure: windows and sketches in, money with an interval out. Each vendor counts
 * something else, so each has its own rule in rules/; dollars never go anywhere
 * without the name of the book.
 *
 * compared-window → usage-builder → block-usage → arm-cost → saving; assumptions
 * says in sentences what was taken for granted. Keeping prices is the store's.
 */
export { type ArmProjections, type Money, priceArm, projectArm } from "./arm-cost.ts";
export { type AssumptionFacts, listAssumptions } from "./assumptions.ts";
export { type ComparedWindow, measuredIntervalSeconds } from "./compared-window.ts";
export type { CountedSpan } from "./count-spans.ts";
export { jackknifeGroups } from "./jackknife.ts";
export { spans } from "./month.ts";
export { assumptionsOfBook, type PriceBook } from "./price-book.ts";
export { rules, type TierTerms, takesStatistic, tierCounts, tierStatistics } from "./rules/index.ts";
export { defaultHostPrices, defaultHostPricesSource, type Saving, saveAgainst } from "./saving.ts";
export { shippedBooks } from "./shipped-books.ts";
export { boundedBlockMs, createUsageBuilder } from "./usage-builder.ts";
