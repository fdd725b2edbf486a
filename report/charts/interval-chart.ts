import type { Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import { changeWord, rangeWords } from "../change-words.ts";
import { type Markup, markup } from "../markup.ts";
import { formatPercent } from "../quantities.ts";
import { armClass, axisLabel, type Drawing, figure, gridLine, pixel } from "./figure.ts";

type Step = { blocks: number; estimate: number; low: number; high: number };

/**
 * The interval of the reduction narrowing block by block, in the colour of its
 * arm, with the reduction asked for as a line; undefined while none has closed.
 */
export function intervalChart(verdict: Verdict, minimumReduction: number, armIndex: number): Markup | undefined {
  const steps = verdict.steps.flatMap(({ blocks, reduction }): Step[] =>
    reduction !== undefined && Number.isFinite(reduction.low) && Number.isFinite(reduction.high)
      ? [{ blocks, estimate: reduction.estimate, low: reduction.low, high: reduction.high }]
      : [],
  );
  const last = verdict.steps.findLast(({ blocks }) => blocks === steps.at(-1)?.blocks);
  if (last?.reduction === undefined) return undefined;
  return figure({
    title: "The interval narrows with every block",
    description: `After ${last.blocks} blocks the estimate is ${changeWord(last.reduction.estimate)}, and the interval ${rangeWords(last.reduction) ?? "open"}. Asked for: ${formatPercent(minimumReduction)}.`,
    caption: "Reduction of active series: estimate and band in which the true one lies.",
    draw: (width) => drawSteps(steps, minimumReduction, armClass(armIndex), width),
  });
}

function drawSteps(steps: readonly Step[], asked: number, arm: string, width: number): Drawing {
  const height = width < 500 ? 220 : 280;
  const margin = { top: 20, right: 16, bottom: 30, left: 62 };
  const first = steps[0]?.blocks ?? 0;
  const last = steps.at(-1)?.blocks ?? 1;
  const x = scaleLinear([Math.min(first, last - 1), last], [margin.left, width - margin.right]);
  // A first interval can be huge; what matters is how it narrows, and the line asked for where it is near.
  const low = Math.max(Math.min(...steps.map((step) => step.low)), -1);
  const high = Math.max(...steps.map((step) => step.high));
  const near = asked > low - (high - low) && asked < high + (high - low);
  const range = near ? [Math.min(low, asked), Math.max(high, asked)] : [low, high];
  const y = scaleLinear(range, [height - margin.bottom, margin.top]).nice();
  const band = area<Step>(
    (step) => pixel(x(step.blocks)),
    (step) => pixel(y(Math.max(step.low, low))),
    (step) => pixel(y(step.high)),
  )([...steps]);
  const middle = line<Step>(
    (step) => pixel(x(step.blocks)),
    (step) => pixel(y(step.estimate)),
  )([...steps]);
  const every = Math.ceil((last - first + 1) / Math.floor((width - margin.left) / 90));
  const ends = { left: margin.left, right: width - margin.right };
  const far = asked < low ? height - margin.bottom - 6 : margin.top + 12;
  const where = near ? "" : asked < low ? ", below this picture" : ", above this picture";
  const ticks = y.ticks(5);
  const fine = (ticks[1] ?? 1) - (ticks[0] ?? 0) < 0.01;
  return {
    height,
    content: [
      ticks.map((tick) => gridLine(y(tick), fine ? formatPercent(tick) : `${Math.round(tick * 100)} %`, ends)),
      markup`<path class="band ${arm}" d="${band ?? ""}"/><path class="curve ${arm}" d="${middle ?? ""}"/>`,
      !near ? "" : markup`<line class="asked" x1="${ends.left}" x2="${ends.right}" y1="${y(asked)}" y2="${y(asked)}"/>`,
      markup`<text class="askedLabel" x="${ends.right}" y="${near ? y(asked) - 5 : far}" text-anchor="end">asked for: ${formatPercent(asked)}${where}</text>`,
      Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, index) => first + index * every).map((block) =>
        axisLabel(Math.min(x(block), width - 28), height - 10, `block ${block}`),
      ),
    ],
  };
}
