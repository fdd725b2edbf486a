import { armCost, bookTitle, currencyOf, savingOf } from "../cost-grids.ts";
import type { Markup } from "../markup.ts";
import { formatMoney } from "../quantities.ts";
import { type ReportData, variantsOf } from "../report-data.ts";
import { type Bar, type BarRow, drawBarRows } from "./bar-rows.ts";
import { armClass, figure } from "./figure.ts";

/** What a month of every arm costs under every price book and what each candidate saves, with whiskers; undefined without prices. */
export function costChart(data: ReportData): Markup | undefined {
  const { baseline, candidates } = variantsOf(data);
  const variants = [baseline, ...candidates];
  if (data.costs.length === 0) return undefined;
  const rows = data.costs.map((cost): BarRow => {
    const currency = currencyOf(cost);
    const arms = variants.flatMap((variant, index): Bar[] => {
      const arm = armCost(cost, variant);
      if (arm === undefined) return [];
      return [
        {
          className: armClass(index),
          value: arm.monthly,
          low: arm.low,
          high: arm.high,
          label: formatMoney(arm.monthly, currency),
        },
      ];
    });
    const savings = candidates.flatMap((variant): Bar[] => {
      const saving = savingOf(cost, baseline, variant);
      if (saving === undefined) return [];
      const less = saving.estimate >= 0;
      const who = candidates.length > 1 ? `${variant} ` : "";
      const amount = formatMoney(Math.abs(saving.estimate), currency);
      return [
        {
          className: less ? "saved" : "lost",
          value: saving.estimate,
          low: saving.low,
          high: saving.high,
          label: `${who}${less ? "saves" : "costs"} ${amount}${less ? "" : " more"}`,
        },
      ];
    });
    return { name: bookTitle(cost), bars: [...arms, ...savings] };
  });
  const told = rows.map(({ name, bars }) => `${name}: ${bars.map(({ label }) => label).join(", ")}`);
  return figure({
    title: "A month under each price book",
    description: `${told.join(". ")}.`,
    legend: variants,
    caption: "Each price book has its own scale; whiskers are intervals.",
    draw: (width) => drawBarRows(rows, { ownScale: true }, width),
  });
}
