import type { Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { EmptyState } from "../../../components/empty-state.tsx";
import { LineChart } from "../../../components/line-chart.tsx";
import { formatPercent } from "../../../format/quantities.ts";
import { armColor } from "../figures.ts";

/** The reduction with its interval after each block; an end that is still infinite is left out. */
export function IntervalChart({ experiment, verdict }: { experiment: Experiment; verdict: Verdict }) {
  const steps = verdict.steps.filter(({ reduction }) => reduction !== undefined);
  if (steps.length === 0) {
    return <EmptyState title="No block is whole yet" detail="The first point comes with the first block." />;
  }
  const ends = (pick: (interval: { low: number; high: number; estimate: number }) => number) =>
    steps.map(({ reduction }) => {
      const value = reduction === undefined ? Number.NaN : pick(reduction);
      // Early ends are finite and far away: they would press everything else flat.
      return Number.isFinite(value) && Math.abs(value) <= 1.5 ? value : null;
    });
  const color = armColor(verdict.variant);
  const asked = experiment.plan?.minimumReductionRatio;
  return (
    <LineChart
      title="Fewer active series"
      unit="per cent of the baseline"
      xKind="number"
      xTitle="Block"
      x={steps.map(({ blocks }) => blocks)}
      lines={[
        { label: "high end", color, dashed: true, values: ends(({ high }) => high) },
        { label: "estimate", color, values: ends(({ estimate }) => estimate) },
        { label: "low end", color, dashed: true, values: ends(({ low }) => low) },
      ]}
      band={{ upper: 0, lower: 2, color }}
      levels={
        asked === undefined ? [] : [{ value: asked, label: `asked for: ${formatPercent(asked)}`, color: "--px-dim" }]
      }
      format={(value) => formatPercent(value)}
      height={260}
    />
  );
}
