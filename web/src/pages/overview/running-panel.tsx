import { useQuery } from "@connectrpc/connect-query";
import { type Experiment, ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { Link } from "@tanstack/react-router";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { prefetch } from "../../data/prefetch.ts";
import { formatCount } from "../../format/quantities.ts";
import { formatSpan } from "../../format/times.ts";
import { formatInterval } from "../experiments/figures.ts";
import { PhaseBadge } from "../experiments/phase-badge.tsx";

const { INITIALIZING, RUNNING, ANALYZING } = ExperimentPhase;

const columns: readonly Column<Experiment>[] = [
  {
    key: "name",
    title: "Experiment",
    cell: ({ experimentId, name }) => <Link to={`/experiments/${experimentId}`}>{name}</Link>,
  },
  { key: "phase", title: "Phase", cell: ({ phase }) => <PhaseBadge phase={phase} /> },
  {
    key: "reduction",
    title: "Fewer series so far",
    cell: ({ verdicts }) => formatInterval(verdicts[0]?.primary?.reduction),
  },
  {
    key: "blocks",
    title: "Blocks",
    align: "end",
    cell: ({ verdicts, plan }) =>
      `${formatCount(verdicts[0]?.blocks ?? 0)} of at most ${formatCount(plan?.maximumBlocks ?? 0)}`,
  },
  {
    key: "left",
    title: "Over in, at most",
    align: "end",
    cell: ({ secondsRemaining }) => formatSpan(secondsRemaining * 1_000),
  },
  { key: "started", title: "Started", cell: ({ startTime }) => <TimeText time={startTime} relative /> },
];

const { listExperiments } = ExperimentService.method;
const underWay = { pageSize: 50, phases: [INITIALIZING, RUNNING, ANALYZING] };

/** Asks for what the panel shows. */
export const askRunning = (): void => prefetch(listExperiments, underWay);

/** The experiments under way. */
export function RunningPanel() {
  const query = useQuery(listExperiments, underWay);
  return (
    <Panel title="Experiments under way">
      <QueryView query={query} lines={2}>
        {({ experiments }) =>
          experiments.length === 0 ? (
            <EmptyState title="None is under way" action={<Link to="/experiments">All experiments</Link>} />
          ) : (
            <DataTable
              label="Experiments under way"
              columns={columns}
              rows={experiments}
              rowKey={({ experimentId }) => experimentId}
              rowHref={({ experimentId }) => `/experiments/${experimentId}`}
            />
          )
        }
      </QueryView>
    </Panel>
  );
}
