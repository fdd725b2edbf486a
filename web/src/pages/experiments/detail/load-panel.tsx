import { useQuery } from "@connectrpc/connect-query";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { type LoadHost, LoadSimulationService } from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { LoadBadge } from "../../../components/fleet-badges.tsx";
import { Panel } from "../../../components/panel.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { TimeText } from "../../../components/time-text.tsx";
import { formatCount } from "../../../format/quantities.ts";

const columns: readonly Column<LoadHost>[] = [
  { key: "host", title: "Host", cell: ({ hostId, hostName }) => hostName || hostId },
  {
    key: "state",
    title: "State",
    cell: ({ state }) => <LoadBadge state={state} />,
  },
  { key: "processes", title: "Processes", align: "end", cell: ({ processes }) => formatCount(processes) },
  { key: "spawned", title: "Begun so far", align: "end", cell: ({ spawned }) => formatCount(Number(spawned)) },
  { key: "message", title: "What happened", cell: ({ message }) => message },
  { key: "reported", title: "Reported", cell: ({ reportTime }) => <TimeText time={reportTime} relative /> },
];

/** The load of the experiment on its hosts; nothing where it has none. */
export function LoadPanel({ experiment: { experimentId, spec } }: { experiment: Experiment }) {
  const list = useQuery(
    LoadSimulationService.method.listLoadSimulations,
    { pageSize: 100 },
    { enabled: spec?.load !== undefined },
  );
  if (spec?.load === undefined) return null;
  return (
    <Panel title="Load">
      <QueryView query={list} lines={2}>
        {({ loadSimulations }) => {
          const own = loadSimulations.find((load) => load.experimentId === experimentId);
          if (own === undefined) {
            return (
              <EmptyState title="The load is not among the newest hundred" detail="It starts with the experiment." />
            );
          }
          return <LoadHosts loadSimulationId={own.loadSimulationId} />;
        }}
      </QueryView>
    </Panel>
  );
}

function LoadHosts({ loadSimulationId }: { loadSimulationId: string }) {
  const query = useQuery(LoadSimulationService.method.getLoadSimulation, { loadSimulationId });
  return (
    <QueryView query={query} lines={2}>
      {({ loadSimulation }) =>
        loadSimulation !== undefined && (
          <>
            <p className="px-dim">
              {`${loadSimulation.profile?.name ?? "A load"}, ${formatCount(loadSimulation.processes)} processes on each host, seed ${loadSimulation.seed}.`}
            </p>
            <DataTable
              label="Load on the hosts"
              columns={columns}
              rows={loadSimulation.hosts}
              rowKey={({ hostId }) => hostId}
            />
          </>
        )
      }
    </QueryView>
  );
}
