import "uplot/dist/uPlot.min.css";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import { formatClock, formatTime } from "../format/times.ts";
import classes from "./components.module.css";

/** One line of a chart. */
export type Line = {
  label: string;
  /** A CSS variable of theme/console.css, "--px-baseline" for instance. */
  color: string;
  dashed?: boolean;
  /** One value for each x; null leaves a gap. */
  values: readonly (number | null)[];
};

type ChartProps = {
  title: string;
  /** Unit of the values. */
  unit: string;
  /** Times in ms since the epoch, or plain numbers such as blocks. */
  x: readonly number[];
  xKind?: "time" | "number";
  xTitle?: string;
  lines: readonly Line[];
  /** Fills between two lines, by their places in `lines`. */
  band?: { upper: number; lower: number; color: string };
  /** Level lines across, such as the reduction asked for. */
  levels?: readonly { value: number; label: string; color: string }[];
  /** Writes a value, with its unit. */
  format: (value: number) => string;
  height?: number;
  /** The values start at nothing. */
  fromZero?: boolean;
};

/** Lines over time or over steps, on a canvas, with the numbers as a table for whoever wants or needs them. */
export function LineChart(props: ChartProps) {
  const { title, unit, x, xKind = "time", xTitle = "Time", lines, band, levels = [], format, height = 200 } = props;
  const { fromZero = true } = props;
  const scheme = useComputedColorScheme("light");
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const [open, setOpen] = useState(false);
  const data = toData(x, xKind, lines, levels);
  // What the plot is made of, besides its data: another one makes another plot.
  const shape = JSON.stringify([
    lines.map(({ label, color, dashed }) => [label, color, dashed]),
    levels.map(({ label, color }) => [label, color]),
    band,
    xKind,
    height,
    fromZero,
    scheme,
  ]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for all that the plot is made of
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const color = (name: string): string => getComputedStyle(element).getPropertyValue(name).trim();
    const axis = { stroke: color("--px-dim"), grid: { stroke: color("--px-line"), width: 1 }, ticks: { show: false } };
    const made = new uPlot(
      {
        width: Math.max(element.clientWidth, 120),
        height,
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, points: { size: 7 } },
        scales: {
          x: { time: xKind === "time", ...(xKind === "time" ? {} : { range: padRange }) },
          y: { range: (_, low, high) => yRange(low, high, fromZero) },
        },
        axes: [
          {
            ...axis,
            space: 80,
            ...(xKind === "time"
              ? { values: (_: uPlot, ticks: number[]) => ticks.map((tick) => formatClock(tick * 1_000)) }
              : { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] }),
          },
          { ...axis, size: 76, values: (_, values) => values.map((value) => format(value)) },
        ],
        series: [
          {},
          ...lines.map(({ label, color: name, dashed }) => ({
            label,
            stroke: color(name),
            width: 2,
            ...(dashed ? { dash: [6, 4] } : {}),
            points: { show: x.length < 3 },
            spanGaps: false,
          })),
          ...levels.map(({ label, color: name }) => ({
            label,
            stroke: color(name),
            width: 1,
            dash: [3, 3],
            points: { show: false },
          })),
        ],
        ...(band === undefined
          ? {}
          : {
              bands: [{ series: [band.upper + 1, band.lower + 1] as [number, number], fill: `${color(band.color)}33` }],
            }),
        plugins: [readout(format, xKind, xTitle)],
      },
      data,
      element,
    );
    plot.current = made;
    const watch = new ResizeObserver(() => {
      const width = Math.max(element.clientWidth, 120);
      // It reports the size there is at first, too.
      if (width !== made.width) made.setSize({ width, height });
    });
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape]);
  useEffect(() => {
    const { current } = plot;
    // A page is rendered for many reasons, and comparing ten thousand points takes less than drawing one line.
    if (current !== undefined && !isSame(current.data, data)) current.setData(data);
  });
  return (
    <figure className={classes.chart}>
      <figcaption className={classes.chartTitle}>
        <span>
          {title} <span className={classes.chartUnit}>({unit})</span>
        </span>
        <span className={classes.legend}>
          {[...lines, ...levels.map((level) => ({ ...level, dashed: true }))].map(({ label, color, dashed }) => (
            <span key={label} className={classes.legendItem}>
              <span
                className={classes.legendLine}
                data-dashed={dashed ?? false}
                style={{ color: `var(${color})` }}
                aria-hidden
              />
              {label}
            </span>
          ))}
        </span>
      </figcaption>
      <div ref={place} className={classes.plot} role="img" aria-label={describe(props)} />
      <details className={classes.numbers} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>Numbers of “{title}”</summary>
        {open && <NumberTable {...props} />}
      </details>
    </figure>
  );
}

function NumberTable({ title, x, xKind = "time", xTitle = "Time", lines, format }: ChartProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.codeText} tabIndex={0} aria-label={`Numbers of ${title}`}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{xTitle}</th>
            {lines.map(({ label }) => (
              <th key={label} scope="col" data-align="end">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {x.map((at, row) => (
            <tr key={at}>
              <td>{xKind === "time" ? formatTime(at) : at}</td>
              {lines.map(({ label, values }) => (
                <td key={label} data-align="end">
                  {typeof values[row] === "number" ? format(values[row]) : ""}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function describe({ title, unit, lines, format }: ChartProps): string {
  const last = lines.map(({ label, values }) => {
    const value = values.findLast((known) => known !== null);
    return value === undefined || value === null ? `${label}: nothing yet` : `${label}: ${format(value)} at the end`;
  });
  return `${title}, ${unit}. ${last.join("; ")}`;
}

function toData(
  x: readonly number[],
  xKind: "time" | "number",
  lines: readonly Line[],
  levels: readonly { value: number }[],
): uPlot.AlignedData {
  const at = xKind === "time" ? x.map((ms) => ms / 1_000) : [...x];
  return [
    at,
    ...lines.map(({ values }) => values.map((value) => (value === null || !Number.isFinite(value) ? null : value))),
    ...levels.map(({ value }) => at.map(() => value)),
  ];
}

function isSame(one: uPlot.AlignedData, other: uPlot.AlignedData): boolean {
  return (
    one.length === other.length &&
    one.every((values, line) => {
      const others = other[line];
      if (values.length !== others?.length) return false;
      for (let place = 0; place < values.length; place++) if (values[place] !== others[place]) return false;
      return true;
    })
  );
}

function padRange(_: uPlot, low: number | null, high: number | null): [number, number] {
  return [(low ?? 0) - 0.2, (high ?? 1) + 0.2];
}

function yRange(low: number | null, high: number | null, fromZero: boolean): [number, number] {
  if (low === null || high === null) return [0, 1];
  const [least, most] = fromZero ? [Math.min(0, low), Math.max(0, high)] : [low, high];
  const room = (most - least || Math.abs(most) || 1) * 0.08;
  return [fromZero && least === 0 ? 0 : least - room, most + room];
}

/** Shows the values under the pointer. */
function readout(format: (value: number) => string, xKind: "time" | "number", xTitle: string): uPlot.Plugin {
  const box = document.createElement("div");
  box.className = classes.readout ?? "";
  box.hidden = true;
  return {
    hooks: {
      init: (plot) => void plot.over.append(box),
      setCursor(plot) {
        const { idx, left = 0 } = plot.cursor;
        box.hidden = idx === null || idx === undefined || left < 0;
        if (box.hidden || idx === null || idx === undefined) return;
        const at = plot.data[0][idx] ?? 0;
        const when = xKind === "time" ? formatClock(at * 1_000) : `${xTitle} ${at}`;
        const parts = plot.series.slice(1).flatMap(({ label }, place) => {
          const value = plot.data[place + 1]?.[idx];
          return value === null || value === undefined ? [] : [`${String(label)}: ${format(value)}`];
        });
        box.textContent = [when, ...parts].join("\n");
        // Asking the page for it would have it laid out for every move of the pointer.
        const width = plot.bbox.width / uPlot.pxRatio;
        const right = left > width / 2;
        box.style.left = right ? "auto" : `${left + 12}px`;
        box.style.right = right ? `${width - left + 12}px` : "auto";
      },
    },
  };
}
