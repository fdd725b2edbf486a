/**
 * What each arm would cost a month, under every vendor with a public price.
 * Pure: windows and sketches in, money with an interval out. Each vendor counts
 * something else, so each has its own function in books/; dollars never go
 * anywhere without the name of the book.
 *
 * measured-windows → usage-builder → block-usage → arm-cost; assumptions says
 * in sentences what was taken for granted. Keeping prices is the store's.
 */
export { type Cost, type PricedFormula, priceArm } from "./arm-cost.ts";
export { type AssumptionFacts, listAssumptions } from "./assumptions.ts";
export type { BlockUsage, Projection } from "./block-usage.ts";
export { formulas } from "./books/index.ts";
export { jackknifeGroups } from "./jackknife.ts";
export { measuredIntervalSeconds, type PricedWindow, selectComparable } from "./measured-windows.ts";
export type { Formula, PriceBook, Prices } from "./price-book.ts";
export { boundedBlockMs, createUsageBuilder, type UsageBuilder } from "./usage-builder.ts";
