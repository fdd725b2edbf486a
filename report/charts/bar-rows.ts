import { scaleLinear } from "d3-scale";
import { type Markup, markup } from "../markup.ts";
import { type Drawing, fittedText } from "./figure.ts";

/** A bar from zero with its value in words, and whiskers where it has an interval. */
export type Bar = { className: string; value: number; low?: number; high?: number; label: string };

/** Bars under a name. Rows of one chart share a scale unless each has its own. */
export type BarRow = { name: string; bars: Bar[] };

const bar = { height: 13, gap: 4 };
const rowGap = 18;
const nameHeight = 19;

/** Rows of bars below each other, as wide as the picture allows. */
export function drawBarRows(rows: readonly BarRow[], { ownScale }: { ownScale: boolean }, width: number): Drawing {
  const labelWidth = Math.max(...rows.flatMap((row) => row.bars.map(({ label }) => label.length))) * 7 + 14;
  const shared = domainOf(rows.flatMap((row) => row.bars));
  let top = 4;
  const content: Markup[] = [];
  for (const row of rows) {
    const domain = ownScale ? domainOf(row.bars) : shared;
    const x = scaleLinear(domain, [1, width - labelWidth]);
    content.push(fittedText(0, top + 12, row.name, width));
    top += nameHeight;
    for (const one of row.bars) {
      content.push(drawBar(one, x, top));
      top += bar.height + bar.gap;
    }
    top += rowGap - bar.gap;
  }
  return { height: Math.max(1, top - rowGap + 8), content };
}

function drawBar({ className, value, low, high, label }: Bar, x: (value: number) => number, top: number): Markup {
  const [from, to] = [Math.min(x(0), x(value)), Math.max(x(0), x(value))];
  const middle = top + bar.height / 2;
  const whiskered = low !== undefined && high !== undefined && Number.isFinite(low) && Number.isFinite(high);
  const whisker = (at: number): Markup =>
    markup`<line class="whisker" x1="${x(at)}" x2="${x(at)}" y1="${middle - 4}" y2="${middle + 4}"/>`;
  const end = Math.max(to, whiskered ? x(high) : to);
  return markup`<rect class="bar ${className}" x="${from}" y="${top}" width="${Math.max(1, to - from)}" height="${bar.height}" rx="2"/>${
    whiskered
      ? markup`<line class="whisker" x1="${x(low)}" x2="${x(high)}" y1="${middle}" y2="${middle}"/>${whisker(low)}${whisker(high)}`
      : ""
  }<text class="value" x="${end + 7}" y="${top + 11}">${label}</text>`;
}

function domainOf(bars: readonly Bar[]): [number, number] {
  const values = bars
    .flatMap(({ value, low, high }) => [value, low ?? value, high ?? value])
    .filter((value) => Number.isFinite(value));
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  return low === high ? [0, 1] : [low, high];
}
