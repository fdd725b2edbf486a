import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Contributor } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { Panel } from "../../../components/panel.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { formatCount } from "../../../format/quantities.ts";
import { armsOf } from "../figures.ts";
import { ArmHead } from "./arm-head.tsx";
import { useContributors } from "./use-experiment-figures.ts";

type Row = { name: string; counts: Map<string, number> };

/** Which metrics and attributes the series of each arm come from. */
export function ContributorsPanel({ experiment }: { experiment: Experiment }) {
  const query = useContributors(experiment);
  if (experiment.measureTime === undefined) return null;
  const arms = armsOf(experiment);
  const columns = (what: string): Column<Row>[] => [
    { key: "name", title: what, cell: ({ name }) => <code>{name}</code> },
    ...arms.map(
      ({ variant }): Column<Row> => ({
        key: variant,
        title: <ArmHead variant={variant} />,
        align: "end",
        cell: ({ counts }) => (counts.has(variant) ? formatCount(counts.get(variant) ?? 0) : "not among its first"),
      }),
    ),
  ];
  return (
    <Panel title="Where series come from" note="Mean over the windows counted, summed over hosts.">
      <QueryView query={query}>
        {({ arms: counted }) => {
          const metrics = rowsOf(
            counted.map(({ variant, metrics }) => [variant, metrics]),
            ({ series }) => series,
          );
          const attributes = rowsOf(
            counted.map(({ variant, attributes }) => [variant, attributes]),
            ({ distinctValues }) => distinctValues,
          );
          if (metrics.length === 0) return <EmptyState title="Nothing was counted yet" />;
          return (
            <>
              <DataTable
                label="Metrics with the most series"
                columns={columns("Metric (series)")}
                rows={metrics}
                rowKey={({ name }) => name}
              />
              <br />
              <DataTable
                label="Attributes with the most values"
                columns={columns("Attribute (distinct values)")}
                rows={attributes}
                rowKey={({ name }) => name}
              />
            </>
          );
        }}
      </QueryView>
    </Panel>
  );
}

function rowsOf(
  arms: readonly [variant: string, contributors: readonly Contributor[]][],
  count: (contributor: Contributor) => bigint,
): Row[] {
  const rows = new Map<string, Map<string, number>>();
  for (const [variant, contributors] of arms) {
    for (const contributor of contributors) {
      const counts = rows.get(contributor.name) ?? new Map<string, number>();
      rows.set(contributor.name, counts.set(variant, Number(count(contributor))));
    }
  }
  const most = ({ counts }: Row): number => Math.max(...counts.values());
  return [...rows].map(([name, counts]) => ({ name, counts })).toSorted((a, b) => most(b) - most(a));
}
