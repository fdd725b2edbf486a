import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Kpi, type Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { KpiSeries } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { EmptyState } from "../../../components/empty-state.tsx";
import { type Line, LineChart } from "../../../components/line-chart.tsx";
import { Panel } from "../../../components/panel.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { armColor, armsOf, formatKpi, isCounted, kpiTitles, kpiUnits } from "../figures.ts";
import { ChecksPanel } from "./checks-panel.tsx";
import { ContributorsPanel } from "./contributors-panel.tsx";
import classes from "./detail.module.css";
import { EffectsPanel } from "./effects-panel.tsx";
import { IntervalChart } from "./interval-chart.tsx";
import { RetentionPanel } from "./retention-panel.tsx";
import { SourcesPanel } from "./sources-panel.tsx";
import { useSeries } from "./use-experiment-figures.ts";

const charted = [Kpi.ACTIVE_SERIES, Kpi.DATA_POINTS, Kpi.OTLP_BYTES, Kpi.COLLECTOR_CPU, Kpi.COLLECTOR_RSS];

/** What the verdict stands on. */
export function EvidenceTab({ experiment, verdicts }: { experiment: Experiment; verdicts: readonly Verdict[] }) {
  return (
    <>
      {verdicts.map((verdict) => (
        <Panel
          key={verdict.variant}
          title={`How the interval of ${verdict.variant} narrows`}
          note="The reduction of active series after each block of windows, with the interval that stays valid however often it is looked at."
        >
          <IntervalChart experiment={experiment} verdict={verdict} />
        </Panel>
      ))}
      <SeriesPanel experiment={experiment} />
      {verdicts.map((verdict) => (
        <div key={verdict.variant}>
          <EffectsPanel verdict={verdict} />
          <RetentionPanel experiment={experiment} verdict={verdict} />
          <ChecksPanel verdict={verdict} />
        </div>
      ))}
      <ContributorsPanel experiment={experiment} />
      <SourcesPanel experiment={experiment} />
    </>
  );
}

function SeriesPanel({ experiment }: { experiment: Experiment }) {
  const query = useSeries(experiment);
  if (experiment.measureTime === undefined) {
    return (
      <Panel title="Both arms over time">
        <EmptyState title="Nothing is measured yet" detail="Lines come once both arms run on every host." />
      </Panel>
    );
  }
  return (
    <Panel title="Both arms over time" note="Each window of each arm, summed over hosts for counts and rates.">
      <QueryView query={query}>
        {({ series }) => (
          <div className={classes.charts}>
            {charted.map((kpi) => (
              <ArmChart key={kpi} kpi={kpi} experiment={experiment} series={series.filter((one) => one.kpi === kpi)} />
            ))}
          </div>
        )}
      </QueryView>
    </Panel>
  );
}

function ArmChart({ kpi, experiment, series }: { kpi: Kpi; experiment: Experiment; series: readonly KpiSeries[] }) {
  const byArm = new Map(
    series.map(({ variant, points }) => [
      variant,
      new Map(
        points
          .filter(({ windowStart }) => isCounted(experiment, windowStart))
          .map(({ windowStart, value }) => [windowStart === undefined ? 0 : timestampMs(windowStart), value]),
      ),
    ]),
  );
  const x = [...new Set([...byArm.values()].flatMap((points) => [...points.keys()]))].toSorted((a, b) => a - b);
  const lines = armsOf(experiment).map(
    ({ variant }): Line => ({
      label: variant,
      color: armColor(variant),
      dashed: variant === "baseline",
      values: x.map((at) => byArm.get(variant)?.get(at) ?? null),
    }),
  );
  return (
    <LineChart
      title={kpiTitles[kpi] ?? ""}
      unit={kpiUnits[kpi] ?? ""}
      x={x}
      lines={lines}
      format={(value) => formatKpi(kpi, value)}
    />
  );
}
