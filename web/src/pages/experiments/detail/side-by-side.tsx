import { Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { ArmKpis, BookCost } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { HelpTip } from "../../../components/help-tip.tsx";
import { Panel } from "../../../components/panel.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { formatCount, formatMoney, formatPercent } from "../../../format/quantities.ts";
import { armsOf, formatKpi } from "../figures.ts";
import { ArmHead } from "./arm-head.tsx";
import { chooseBook } from "./choose-book.ts";
import { useCosts, useKpis } from "./use-experiment-figures.ts";

type Figure = {
  key: string;
  title: string;
  help: string;
  value: (arm: ArmKpis) => number;
  format: (value: number) => string;
  /** A difference in per cent means something. */
  relative: boolean;
};

const figures: readonly Figure[] = [
  {
    key: "series",
    title: "Active series",
    help: "Mean over windows, summed over hosts.",
    value: ({ activeSeriesMean }) => activeSeriesMean,
    format: formatCount,
    relative: true,
  },
  {
    key: "distinct",
    title: "Distinct series",
    help: "Over the whole time and all hosts, from merged sketches (about 1 % off).",
    value: ({ distinctSeries }) => distinctSeries,
    format: formatCount,
    relative: true,
  },
  {
    key: "points",
    title: "Data points per second",
    help: "Summed over hosts.",
    value: ({ dataPointsPerSecond }) => dataPointsPerSecond,
    format: (value) => formatKpi(Kpi.DATA_POINTS, value),
    relative: true,
  },
  {
    key: "bytes",
    title: "OTLP bytes per second",
    help: "Uncompressed, summed over hosts.",
    value: ({ otlpBytesPerSecond }) => otlpBytesPerSecond,
    format: (value) => formatKpi(Kpi.OTLP_BYTES, value),
    relative: true,
  },
  {
    key: "names",
    title: "Metric names",
    help: "Mean over windows and hosts.",
    value: ({ metricNamesMean }) => metricNamesMean,
    format: formatCount,
    relative: true,
  },
  {
    key: "retention",
    title: "Must-keep retention",
    help: "Share of (process, window) pairs of must-keep processes that the arm reported.",
    value: ({ retentionRatio }) => retentionRatio,
    format: formatPercent,
    relative: false,
  },
  {
    key: "cpu",
    title: "Collector CPU",
    help: "Share of one core, mean over hosts.",
    value: ({ collectorCpuRatio }) => collectorCpuRatio,
    format: (value) => formatKpi(Kpi.COLLECTOR_CPU, value),
    relative: true,
  },
  {
    key: "memory",
    title: "Collector memory",
    help: "Resident, mean over windows and hosts.",
    value: ({ collectorRssBytesMean }) => collectorRssBytesMean,
    format: (value) => formatKpi(Kpi.COLLECTOR_RSS, value),
    relative: true,
  },
  {
    key: "dropped",
    title: "Points failed to send",
    help: "As the collectors say themselves.",
    value: ({ droppedPoints }) => Number(droppedPoints),
    format: formatCount,
    relative: false,
  },
  {
    key: "restarts",
    title: "Collector restarts",
    help: "Over all hosts.",
    value: ({ collectorRestarts }) => collectorRestarts,
    format: formatCount,
    relative: false,
  },
  {
    key: "windows",
    title: "Windows counted",
    help: "Over all hosts, without the warm-up.",
    value: ({ windows }) => windows,
    format: formatCount,
    relative: false,
  },
];

type Row = { key: string; title: string; help: string; cells: Map<string, string> };

/** Every key figure of every arm beside the others, and the price. */
export function SideBySide({ experiment, book }: { experiment: Experiment; book: string }) {
  const kpis = useKpis(experiment);
  const costs = useCosts(experiment);
  if (experiment.measureTime === undefined) {
    return (
      <Panel title="Side by side">
        <EmptyState
          title="Nothing is measured yet"
          detail="Figures come once both arms run on every host and the warm-up is over."
        />
      </Panel>
    );
  }
  const arms = armsOf(experiment);
  return (
    <Panel
      title="Side by side"
      note="What each arm would send and need, measured on the same hosts at the same time. Beside each figure of a candidate: against the baseline."
    >
      <QueryView query={kpis}>
        {({ arms: measured }) => {
          const known = measured.filter(({ windows }) => windows > 0);
          if (known.length === 0) {
            return <EmptyState title="The warm-up is under way" detail="Its windows do not count." />;
          }
          const rows = [...figures.map((figure) => rowOf(figure, known)), ...priceRows(costs.data?.books ?? [], book)];
          return (
            <DataTable
              label="Arms side by side"
              rows={rows}
              rowKey={({ key }) => key}
              columns={[
                {
                  key: "figure",
                  title: "Figure",
                  cell: ({ title, help }) => (
                    <>
                      {title} <HelpTip about={title} text={help} />
                    </>
                  ),
                },
                ...arms.map(
                  ({ variant, pipeline }): Column<Row> => ({
                    key: variant,
                    title: <ArmHead variant={variant} pipeline={pipeline} />,
                    align: "end",
                    cell: ({ cells }) => cells.get(variant) ?? "",
                  }),
                ),
              ]}
            />
          );
        }}
      </QueryView>
    </Panel>
  );
}

function rowOf({ key, title, help, value, format, relative }: Figure, arms: readonly ArmKpis[]): Row {
  const baseline = arms.find(({ variant }) => variant === "baseline");
  const cells = arms.map((arm): [string, string] => {
    const text = format(value(arm));
    if (!relative || baseline === undefined || arm === baseline || value(baseline) === 0) return [arm.variant, text];
    return [arm.variant, `${text} (${signed(value(arm) / value(baseline) - 1)})`];
  });
  return { key, title, help, cells: new Map(cells) };
}

function priceRows(books: readonly BookCost[], wanted: string): Row[] {
  const chosen = chooseBook(books, wanted);
  if (chosen?.book === undefined) return [];
  const { title, currency } = chosen.book;
  const help = `What a month of 30 days would cost under ${title}; the tab Cost has the other price books and what is assumed.`;
  const saved = new Map(chosen.savings.map(({ variant, net }) => [variant, net]));
  const cells = chosen.arms.map(({ variant, monthly }): [string, string] => {
    const net = saved.get(variant);
    const saving = net === undefined ? "" : ` (saves ${formatMoney(net.estimate, currency)} net)`;
    return [variant, `${formatMoney(monthly, currency)}${saving}`];
  });
  return [{ key: "price", title: `A month at ${title}`, help, cells: new Map(cells) }];
}

function signed(ratio: number): string {
  return ratio > 0 ? `+${formatPercent(ratio)}` : formatPercent(ratio);
}
