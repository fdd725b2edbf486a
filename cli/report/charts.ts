import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { KpiSeries } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import { formatCount, formatPercent } from "../output/quantities.ts";
import { escapeHtml } from "./escape-html.ts";

const width = 680;
const height = 240;
const margin = { top: 16, right: 40, bottom: 32, left: 64 };

/** The interval of the reduction narrowing block by block, with the reduction asked for as a line. */
export function intervalChart(verdict: Verdict, minimumReduction: number): string {
  const steps = verdict.steps.flatMap(({ blocks, reduction }) =>
    reduction !== undefined && Number.isFinite(reduction.low) && Number.isFinite(reduction.high)
      ? [{ blocks, estimate: reduction.estimate, low: reduction.low, high: reduction.high }]
      : [],
  );
  if (steps.length === 0) return "<p>The interval never closed: there were too few blocks.</p>";
  const first = steps[0]?.blocks ?? 0;
  const last = steps.at(-1)?.blocks ?? 1;
  const x = scaleLinear([Math.min(first, last - 1), last], [margin.left, width - margin.right]);
  // A first interval can be huge; what matters is how it narrows, and the line asked for where it is near.
  const low = Math.max(Math.min(...steps.map((step) => step.low)), -1);
  const high = Math.max(...steps.map((step) => step.high));
  const near = minimumReduction > low - (high - low) && minimumReduction < high + (high - low);
  const range = near ? [Math.min(low, minimumReduction), Math.max(high, minimumReduction)] : [low, high];
  const y = scaleLinear(range, [height - margin.bottom, margin.top]).nice();
  type Step = (typeof steps)[number];
  const band = area<Step>(
    (s) => x(s.blocks),
    (s) => y(Math.max(s.low, low)),
    (s) => y(s.high),
  )(steps);
  const middle = line<Step>(
    (s) => x(s.blocks),
    (s) => y(s.estimate),
  )(steps);
  const far = minimumReduction < low ? height - margin.bottom : margin.top + 16;
  const asked = near ? y(minimumReduction) : far;
  const direction = minimumReduction < low ? " (below this picture)" : " (above this picture)";
  const askedFor = `asked for: ${formatPercent(minimumReduction)}${near ? "" : direction}`;
  const askedLine = `<line class="asked" x1="${margin.left}" x2="${width - margin.right}" y1="${asked}" y2="${asked}"/>`;
  return frame(
    "Reduction of active series with its interval, after each block",
    [
      ...y.ticks(5).map((tick) => gridLine(y(tick), formatPercent(tick))),
      `<path class="band" d="${band ?? ""}"/>`,
      `<path class="candidate" d="${middle ?? ""}"/>`,
      ...(near ? [askedLine] : []),
      `<text class="tick" x="${width - margin.right}" y="${asked - 4}" text-anchor="end">${escapeHtml(askedFor)}</text>`,
      ...x
        .ticks(Math.min(8, last - first + 1))
        .filter(Number.isInteger)
        .map((tick) => xLabel(x(tick), `block ${tick}`)),
    ].join(""),
  );
}

/** Active series of every arm over time. */
export function seriesChart(series: KpiSeries[]): string {
  const arms = series.map((arm) => ({
    variant: arm.variant,
    points: arm.points.flatMap(({ windowStart, value }) =>
      windowStart === undefined ? [] : [{ atMs: timestampMs(windowStart), value }],
    ),
  }));
  const all = arms.flatMap((arm) => arm.points);
  if (all.length === 0) return "<p>Nothing was measured.</p>";
  const start = Math.min(...all.map((point) => point.atMs));
  const end = Math.max(...all.map((point) => point.atMs), start + 1);
  const x = scaleLinear([0, (end - start) / 1000], [margin.left, width - margin.right]);
  const y = scaleLinear(
    [0, Math.max(...all.map((point) => point.value), 1)],
    [height - margin.bottom, margin.top],
  ).nice();
  type Point = (typeof all)[number];
  const paths = arms.map((arm, index) => {
    const path = line<Point>(
      (p) => x((p.atMs - start) / 1000),
      (p) => y(p.value),
    )(arm.points);
    const at = arm.points.at(-1);
    const label =
      at === undefined
        ? ""
        : `<text class="tick" x="${width - margin.right}" y="${y(at.value) - 6}" text-anchor="end">${escapeHtml(arm.variant)}</text>`;
    return `<path class="${index === 0 ? "baseline" : "candidate"}" d="${path ?? ""}"/>${label}`;
  });
  return frame(
    "Active series of each arm over time",
    [
      ...y.ticks(5).map((tick) => gridLine(y(tick), formatCount(tick))),
      ...paths,
      ...x.ticks(6).map((tick) => xLabel(x(tick), `${tick} s`)),
    ].join(""),
  );
}

function frame(title: string, content: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}"><title>${escapeHtml(title)}</title>${content}</svg>`;
}

function gridLine(y: number, label: string): string {
  return (
    `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${y}" y2="${y}"/>` +
    `<text class="tick" x="${margin.left - 8}" y="${y + 4}" text-anchor="end">${escapeHtml(label)}</text>`
  );
}

function xLabel(x: number, label: string): string {
  return `<text class="tick" x="${x}" y="${height - 10}" text-anchor="middle">${escapeHtml(label)}</text>`;
}
