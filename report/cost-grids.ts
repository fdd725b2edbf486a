import type { BookCost, MoneyInterval } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { type Cell, figures, type Grid, words } from "./grid.ts";
import { formatMoney, formatMoneyRange } from "./quantities.ts";
import { type ReportData, variantsOf } from "./report-data.ts";

/** Currency of a price book; books without one are in US dollars. */
export function currencyOf({ book }: BookCost): string {
  return book?.currency || "USD";
}

/** What an arm costs a month, with its interval where the server has one. */
export function armCost(cost: BookCost, variant: string): { monthly: number; low: number; high: number } | undefined {
  const arm = cost.arms.find((one) => one.variant === variant);
  if (arm === undefined) return undefined;
  const open = arm.monthlyLow === 0 && arm.monthlyHigh === 0 && arm.monthly !== 0;
  return {
    monthly: arm.monthly,
    low: open ? Number.NEGATIVE_INFINITY : arm.monthlyLow,
    high: open ? Number.POSITIVE_INFINITY : arm.monthlyHigh,
  };
}

/** What a candidate saves a month: net of its collectors where the server has that, else the difference of the bills. */
export function savingOf(
  cost: BookCost,
  baseline: string,
  variant: string,
): { estimate: number; low: number; high: number; net: boolean } | undefined {
  const saving = cost.savings.find((one) => one.variant === variant);
  if (saving?.net !== undefined) return { ...saving.net, net: true };
  if (saving?.gross !== undefined) return { ...saving.gross, net: false };
  const [ours, theirs] = [armCost(cost, baseline), armCost(cost, variant)];
  if (ours === undefined || theirs === undefined) return undefined;
  const open = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  return { estimate: ours.monthly - theirs.monthly, ...open, net: false };
}

/** A month of every arm under every price book. */
export function costGrid(data: ReportData): Grid {
  const { baseline, candidates } = variantsOf(data);
  const monthly = (cost: BookCost, variant: string): Cell => {
    const arm = armCost(cost, variant);
    const currency = currencyOf(cost);
    return arm === undefined
      ? ""
      : { figure: formatMoney(arm.monthly, currency), detail: formatMoneyRange(arm, currency) };
  };
  return {
    columns: [words("a month at"), ...[baseline, ...candidates].map(figures), words("prices of"), words("trust")],
    rows: data.costs.map((cost) => [
      bookTitle(cost),
      ...[baseline, ...candidates].map((variant) => monthly(cost, variant)),
      cost.book?.asOf ?? "",
      cost.book?.trust ?? "",
    ]),
  };
}

/** What each candidate saves a month under every price book; columns that the server fills nowhere are left out. */
export function savingGrid(data: ReportData): Grid {
  const { baseline, candidates } = variantsOf(data);
  const entries = candidates.flatMap((variant) =>
    data.costs.flatMap((cost) => {
      const saving = cost.savings.find((one) => one.variant === variant);
      const plain = savingOf(cost, baseline, variant);
      if (plain === undefined) return [];
      return [{ variant, cost, gross: saving?.gross ?? (plain as Omit<MoneyInterval, "$typeName">), saving }];
    }),
  );
  const parts = [
    { title: "vendor's bill", of: (entry: (typeof entries)[number]) => entry.gross },
    { title: "more for collectors", of: (entry: (typeof entries)[number]) => entry.saving?.collectors },
    { title: "left over", of: (entry: (typeof entries)[number]) => entry.saving?.net },
    { title: "whole fleet", of: (entry: (typeof entries)[number]) => entry.saving?.fleetNet },
  ].filter(({ of }) => entries.some((entry) => of(entry) !== undefined));
  const cell = (amount: Omit<MoneyInterval, "$typeName"> | undefined, currency: string): Cell =>
    amount === undefined
      ? ""
      : { figure: formatMoney(amount.estimate, currency), detail: formatMoneyRange(amount, currency) };
  return {
    columns: [
      words("saved a month at"),
      ...(candidates.length > 1 ? [words("by")] : []),
      ...parts.map(({ title }) => figures(title)),
    ],
    rows: entries.map((entry) => [
      bookTitle(entry.cost),
      ...(candidates.length > 1 ? [entry.variant] : []),
      ...parts.map(({ of }) => cell(of(entry), currencyOf(entry.cost))),
    ]),
  };
}

/** Title of a price book, its name where it has none. */
export function bookTitle({ book }: BookCost): string {
  return book?.title || book?.name || "a price book";
}
