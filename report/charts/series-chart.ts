import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { KpiSeries } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { scaleLinear, scaleUtc } from "d3-scale";
import { line } from "d3-shape";
import { formatKpi, kpiTitle } from "../experiment-words.ts";
import { type Markup, markup } from "../markup.ts";
import { formatBytes, formatCount } from "../quantities.ts";
import { downsample, type Point } from "./downsample.ts";
import { armClass, axisLabel, type Drawing, figure, gridLine, pixel, timeLabel } from "./figure.ts";

type Arm = { variant: string; points: Point[] };

/** A KPI of every arm over time; undefined where nothing was measured. */
export function seriesChart(
  series: readonly KpiSeries[],
  kpi: Kpi,
  variants: readonly string[],
  { half }: { half: boolean },
): Markup | undefined {
  const arms = variants.map((variant): Arm => ({ variant, points: pointsOf(series, kpi, variant) }));
  if (arms.every(({ points }) => points.length === 0)) return undefined;
  const title = kpiTitle(kpi);
  const means = arms
    .filter(({ points }) => points.length > 0)
    .map(({ variant, points }) => {
      const mean = points.reduce((sum, { value }) => sum + value, 0) / points.length;
      return `${variant} about ${formatKpi(kpi, mean)} over ${points.length} windows`;
    });
  return figure({
    title: `${title[0]?.toUpperCase() ?? ""}${title.slice(1)} over time`,
    description: `${means.join("; ")}.`,
    legend: variants,
    caption: kpi === Kpi.ACTIVE_SERIES ? "All hosts together, each window; times in UTC." : undefined,
    draw: (width) => drawArms(arms, kpi, width),
    half,
  });
}

function pointsOf(series: readonly KpiSeries[], kpi: Kpi, variant: string): Point[] {
  const points = series.find((one) => one.kpi === kpi && one.variant === variant)?.points ?? [];
  return points.flatMap(({ windowStart, value }) =>
    windowStart === undefined || !Number.isFinite(value) ? [] : [{ atMs: timestampMs(windowStart), value }],
  );
}

function drawArms(arms: readonly Arm[], kpi: Kpi, width: number): Drawing {
  const height = width < 500 ? 190 : 260;
  const margin = { top: 12, right: 16, bottom: 28, left: 66 };
  let [startMs, endMs, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const { atMs, value } of arms.flatMap(({ points }) => points)) {
    startMs = Math.min(startMs, atMs);
    endMs = Math.max(endMs, atMs);
    most = Math.max(most, value);
  }
  const x = scaleUtc([startMs, Math.max(endMs, startMs + 1000)], [margin.left, width - margin.right]);
  const unit = unitOf(kpi, most);
  const y = scaleLinear([0, most / unit || 1], [height - margin.bottom, margin.top]).nice(4);
  const curve = line<Point>(
    (point) => pixel(x(point.atMs)),
    (point) => pixel(y(point.value / unit)),
  );
  const ends = { left: margin.left, right: width - margin.right };
  return {
    height,
    content: [
      y.ticks(4).map((tick) => gridLine(y(tick), tickLabel(kpi, tick * unit), ends)),
      x
        .ticks(width < 500 ? 3 : 7)
        .map((tick) =>
          axisLabel(Math.min(x(tick), width - 26), height - 9, timeLabel(tick.getTime(), endMs - startMs)),
        ),
      arms.map(({ points }, index) =>
        downsample(points, width).map((run) =>
          run.length === 1
            ? markup`<circle class="${armClass(index)}" cx="${x(run[0]?.atMs ?? 0)}" cy="${y((run[0]?.value ?? 0) / unit)}" r="2"/>`
            : markup`<path class="curve ${armClass(index)}" d="${curve(run) ?? ""}"/>`,
        ),
      ),
    ],
  };
}

/** Ticks of bytes are round in their binary unit, all others as they are. */
function unitOf(kpi: Kpi, most: number): number {
  if (kpi !== Kpi.COLLECTOR_RSS && kpi !== Kpi.OTLP_BYTES) return 1;
  return most < 1024 ? 1 : 1024 ** Math.floor(Math.log2(most) / 10);
}

function tickLabel(kpi: Kpi, value: number): string {
  if (kpi === Kpi.COLLECTOR_CPU) return `${Number((value * 100).toPrecision(2))} %`;
  if (kpi === Kpi.COLLECTOR_RSS || kpi === Kpi.OTLP_BYTES)
    return value === 0 ? "0" : formatBytes(value).replace(".0 ", " ");
  return formatCount(value);
}
