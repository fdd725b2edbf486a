import { useQuery } from "@connectrpc/connect-query";
import { Button, Select } from "@mantine/core";
import { type Experiment, ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { usePaging } from "../../components/use-paging.ts";
import { prefetch } from "../../data/prefetch.ts";
import { useSearchState } from "../../data/use-search-state.ts";
import { useMay } from "../../data/use-session.ts";
import { formatPercent } from "../../format/quantities.ts";
import type { AskAhead } from "../registry.ts";
import { DecisionBadge, OutcomeBadge, PhaseBadge } from "./phase-badge.tsx";

const { PENDING, INITIALIZING, RUNNING, ANALYZING, COMPLETED, FAILED, CANCELLED } = ExperimentPhase;

const filters: Record<string, { title: string; phases: ExperimentPhase[] }> = {
  all: { title: "All", phases: [] },
  running: { title: "Under way", phases: [INITIALIZING, RUNNING, ANALYZING] },
  pending: { title: "Not started", phases: [PENDING] },
  completed: { title: "With a verdict", phases: [COMPLETED] },
  failed: { title: "Failed", phases: [FAILED] },
  cancelled: { title: "Cancelled", phases: [CANCELLED] },
};

const defaults = { show: "all" };

const columns: readonly Column<Experiment>[] = [
  {
    key: "name",
    title: "Experiment",
    cell: ({ experimentId, name }) => <Link to={`/experiments/${experimentId}`}>{name}</Link>,
  },
  { key: "phase", title: "Phase", cell: ({ phase }) => <PhaseBadge phase={phase} /> },
  {
    key: "arms",
    title: "Candidate against baseline",
    cell: ({ spec }) => {
      const [baseline, ...candidates] = spec?.arms ?? [];
      return `${candidates.map(({ pipeline }) => pipeline?.name).join(", ")} against ${baseline?.pipeline?.name ?? ""}`;
    },
  },
  {
    key: "verdict",
    title: "Verdict",
    cell: (experiment) =>
      experiment.verdicts.map(({ variant, decision }) => <DecisionBadge key={variant} decision={decision} />),
  },
  {
    key: "reduction",
    title: "Fewer series",
    align: "end",
    cell: ({ verdicts }) => {
      const reduction = verdicts[0]?.primary?.reduction;
      return reduction === undefined ? "" : formatPercent(reduction.estimate);
    },
  },
  { key: "outcome", title: "Outcome", cell: (experiment) => <OutcomeBadge experiment={experiment} /> },
  { key: "created", title: "Created", cell: ({ createTime }) => <TimeText time={createTime} relative /> },
];

const { listExperiments, createExperiment } = ExperimentService.method;
const experimentsOf = (show: string, pageToken: string) => ({
  ...{ pageSize: 25, pageToken },
  phases: filters[show]?.phases ?? [],
});

/** Asks for the first experiments of the table. */
export const ask: AskAhead = ({ show = defaults.show }) => prefetch(listExperiments, experimentsOf(show, ""));

/** The experiments, newest first. */
export default function ExperimentsPage() {
  const [{ show }, setSearch] = useSearchState(defaults);
  const { pageToken, paging } = usePaging(show);
  const query = useQuery(listExperiments, experimentsOf(show, pageToken), { placeholderData: keepPreviousData });
  const mayCreate = useMay(createExperiment);
  return (
    <>
      <PageHeader
        title="Experiments"
        lead="Two pipelines side by side on the same hosts, measured, priced and judged."
        actions={
          <>
            <Button component={Link} to="/experiments/compare" variant="default">
              Compare
            </Button>
            {mayCreate && (
              <Button component={Link} to="/experiments/new">
                New experiment
              </Button>
            )}
          </>
        }
      />
      <Select
        label="Show"
        data={Object.entries(filters).map(([value, { title }]) => ({ value, label: title }))}
        value={show}
        allowDeselect={false}
        maw={220}
        mb="md"
        onChange={(value) => setSearch({ show: value ?? "all" })}
      />
      <QueryView query={query}>
        {({ experiments, nextPageToken }) =>
          experiments.length === 0 ? (
            <EmptyState
              title={show === "all" ? "There are no experiments yet" : "None is like this"}
              detail="An experiment runs a candidate beside the pipeline you have and says whether it is worth it."
            />
          ) : (
            <DataTable
              label="Experiments"
              columns={columns}
              rows={experiments}
              rowKey={({ experimentId }) => experimentId}
              rowHref={({ experimentId }) => `/experiments/${experimentId}`}
              paging={paging(nextPageToken)}
            />
          )
        }
      </QueryView>
    </>
  );
}
