import type { SourceComparison } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { Panel } from "../../../components/panel.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { formatPercent } from "../../../format/quantities.ts";
import { formatKpi, kpiTitles } from "../figures.ts";
import { useSources } from "./use-experiment-figures.ts";

const columns: readonly Column<SourceComparison>[] = [
  { key: "arm", title: "Arm", cell: ({ variant }) => variant },
  { key: "kpi", title: "Measured", cell: ({ kpi }) => kpiTitles[kpi] },
  { key: "tap", title: "Tap", align: "end", cell: ({ kpi, tap }) => formatKpi(kpi, tap) },
  { key: "second", title: "Second source", align: "end", cell: ({ kpi, second }) => formatKpi(kpi, second) },
  { key: "off", title: "Off by", align: "end", cell: ({ disagreementRatio }) => formatPercent(disagreementRatio) },
  {
    key: "agrees",
    title: "",
    cell: ({ agrees, explanation }) => (
      <>
        <StatusBadge tone={agrees ? "good" : "warn"}>{agrees ? "Agrees" : "Differs"}</StatusBadge> {explanation}
      </>
    ),
  },
];

/** The tap's figures beside a second source's; nothing where none is configured. */
export function SourcesPanel({ experiment }: { experiment: Experiment }) {
  const { data } = useSources(experiment);
  if (data?.configured !== true) return null;
  return (
    <Panel title="Against the second source" note={data.detail === "" ? undefined : data.detail}>
      <DataTable
        label="The tap against the second source"
        columns={columns}
        rows={data.comparisons}
        rowKey={({ variant, kpi }) => `${variant} ${kpi}`}
      />
    </Panel>
  );
}
