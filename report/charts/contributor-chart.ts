import { contributorsOf } from "../evidence-grids.ts";
import type { Markup } from "../markup.ts";
import { formatCount } from "../quantities.ts";
import { type ReportData, variantsOf } from "../report-data.ts";
import { type BarRow, drawBarRows } from "./bar-rows.ts";
import { armClass, figure } from "./figure.ts";

/** Where the series of each arm come from, by metric or by attribute; undefined where it was not counted. */
export function contributorChart(data: ReportData, of: "metrics" | "attributes"): Markup | undefined {
  const { baseline, candidates } = variantsOf(data);
  const variants = [baseline, ...candidates];
  const rows = contributorsOf(data, of).map(
    ({ name, counts }): BarRow => ({
      name,
      bars: counts.flatMap((count, index) =>
        count === undefined ? [] : [{ className: armClass(index), value: count, label: formatCount(count) }],
      ),
    }),
  );
  if (rows.length === 0) return undefined;
  const told = rows.map(({ name, bars }) => `${name}: ${bars.map(({ label }) => label).join(" against ")}`);
  return figure({
    title: of === "metrics" ? "Series of each metric" : "Distinct values of each attribute",
    description: `${told.join("; ")}.`,
    legend: variants,
    draw: (width) => drawBarRows(rows, { ownScale: false }, width),
    half: true,
  });
}
