import { createQueryOptions, useQuery, useTransport } from "@connectrpc/connect-query";
import { MultiSelect } from "@mantine/core";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Panel } from "../../components/panel.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { useSearchState } from "../../data/use-search-state.ts";
import { formatCount, formatPercent } from "../../format/quantities.ts";
import { armsOf, assuranceWord, formatInterval, formatKpi } from "./figures.ts";
import { DecisionBadge, OutcomeBadge, PhaseBadge } from "./phase-badge.tsx";

const defaults = { ids: "" };

/** Most that stand beside each other and can still be read. */
const most = 6;

type Row = { title: string; cell: (experiment: Experiment) => ReactNode };

const rows: readonly Row[] = [
  { title: "Phase", cell: ({ phase }) => <PhaseBadge phase={phase} /> },
  { title: "Baseline", cell: (experiment) => armsOf(experiment)[0]?.pipeline?.name },
  {
    title: "Candidates",
    cell: (experiment) =>
      armsOf(experiment)
        .slice(1)
        .map(({ pipeline }) => pipeline?.name)
        .join(", "),
  },
  {
    title: "Verdict",
    cell: ({ verdicts }) =>
      verdicts.map(({ variant, decision }) => <DecisionBadge key={variant} decision={decision} />),
  },
  {
    title: "Fewer active series (interval)",
    cell: ({ verdicts }) => verdicts.map(({ primary }) => formatInterval(primary?.reduction)).join("; "),
  },
  {
    title: "Must-keep retention",
    cell: ({ verdicts }) =>
      verdicts
        .map(({ retention }) =>
          retention === undefined || retention.windowsChecked === 0 ? "not checked" : formatPercent(retention.ratio),
        )
        .join("; "),
  },
  {
    title: "Effects",
    cell: ({ verdicts }) => (
      <>
        {verdicts.flatMap(({ variant, primary, effects }) =>
          [primary, ...effects].flatMap((effect) =>
            effect === undefined
              ? []
              : [
                  <div key={`${variant} ${effect.kpi}`}>
                    {`${formatKpi(effect.kpi, effect.baselineMean)} → ${formatKpi(effect.kpi, effect.candidateMean)}`}
                  </div>,
                ],
          ),
        )}
      </>
    ),
  },
  {
    title: "Assurance",
    cell: ({ verdicts }) => verdicts.map(({ assurance }) => assuranceWord(assurance?.level)).join("; "),
  },
  { title: "Hosts", cell: ({ hosts }) => formatCount(hosts.length) },
  { title: "Load", cell: ({ spec }) => (spec?.load === undefined ? "none" : spec.load.profile || "one of its own") },
  { title: "Outcome", cell: (experiment) => <OutcomeBadge experiment={experiment} /> },
  { title: "Measured from", cell: ({ measureTime }) => <TimeText time={measureTime} /> },
  { title: "Over", cell: ({ endTime }) => <TimeText time={endTime} none="not yet" /> },
];

/** Several experiments beside each other. */
export default function CompareExperimentsPage() {
  const [{ ids }, setSearch] = useSearchState(defaults);
  const transport = useTransport();
  const wanted = ids.split(",").filter((id) => id !== "");
  const list = useQuery(ExperimentService.method.listExperiments, { pageSize: 200 });
  const answers = useQueries({
    queries: wanted.map((experimentId) =>
      createQueryOptions(ExperimentService.method.getExperiment, { experimentId }, { transport }),
    ),
  });
  const experiments = answers.flatMap(({ data }) => data?.experiment ?? []);
  const failed = answers.find(({ error }) => error !== null);
  const columns: readonly Column<Row>[] = [
    { key: "what", title: "", cell: ({ title }) => title },
    ...experiments.map(
      (experiment): Column<Row> => ({
        key: experiment.experimentId,
        title: <Link to={`/experiments/${experiment.experimentId}`}>{experiment.name}</Link>,
        cell: ({ cell }) => cell(experiment),
      }),
    ),
  ];
  return (
    <>
      <PageHeader
        title="Compare experiments"
        parent={{ to: "/experiments", title: "Experiments" }}
        lead="Each was measured on its own hosts at its own time: what differs between them may be those."
      />
      <QueryView query={list} lines={1}>
        {({ experiments: known }) => (
          <MultiSelect
            label={`Experiments, at most ${most}`}
            data={known.map(({ experimentId, name }) => ({ value: experimentId, label: `${name} (${experimentId})` }))}
            value={wanted}
            searchable
            maxValues={most}
            mb="md"
            onChange={(next) => setSearch({ ids: next.join(",") })}
          />
        )}
      </QueryView>
      {failed !== undefined && <ErrorState error={failed.error} />}
      <Panel title="Beside each other">
        {experiments.length === 0 ? (
          <EmptyState title="Choose experiments above" />
        ) : (
          <DataTable
            label="Experiments beside each other"
            columns={columns}
            rows={rows}
            rowKey={({ title }) => title}
          />
        )}
      </Panel>
    </>
  );
}
