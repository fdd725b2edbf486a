/** Load on hosts: what runs, what ran, and the profiles there are. */
import { useQuery } from "@connectrpc/connect-query";
import { Select } from "@mantine/core";
import {
  type LoadSimulation,
  LoadSimulationService,
} from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import type { LoadProfile } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ExperimentName } from "../../components/experiment-name.tsx";
import { Filters } from "../../components/filters.tsx";
import { LoadBadge } from "../../components/fleet-badges.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Panel } from "../../components/panel.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { usePaging } from "../../components/use-paging.ts";
import { useSearchState } from "../../data/use-search-state.ts";
import { formatCount } from "../../format/quantities.ts";
import classes from "./loads.module.css";
import { StartLoadButton } from "./start-load.tsx";

const defaults = { show: "all" };

const columns: readonly Column<LoadSimulation>[] = [
  {
    key: "load",
    title: "Load",
    cell: ({ loadSimulationId, profile }) => (
      <Link to={`/loads/${encodeURIComponent(loadSimulationId)}`}>{profile?.name || loadSimulationId}</Link>
    ),
  },
  { key: "state", title: "State", cell: ({ state }) => <LoadBadge state={state} /> },
  { key: "processes", title: "Processes a host", align: "end", cell: ({ processes }) => formatCount(processes) },
  {
    key: "experiment",
    title: "For",
    cell: ({ experimentId }) => (experimentId === "" ? "" : <ExperimentName experimentId={experimentId} />),
  },
  { key: "created", title: "Asked for", cell: ({ createTime }) => <TimeText time={createTime} relative /> },
  { key: "ends", title: "Ends", cell: ({ endTime }) => <TimeText time={endTime} relative none="not known" /> },
];

const profileColumns: readonly Column<LoadProfile>[] = [
  { key: "name", title: "Profile", cell: ({ name }) => name },
  {
    key: "description",
    title: "What it makes of a host",
    cell: ({ description }) => <div className={classes.description}>{description}</div>,
  },
  {
    key: "processes",
    title: "Processes",
    align: "end",
    cell: ({ defaultProcesses, maxProcesses }) =>
      `${formatCount(defaultProcesses)}, at most ${formatCount(maxProcesses)}`,
  },
];

/** The page of load. */
export default function LoadsPage() {
  const [{ show }, setSearch] = useSearchState(defaults);
  const { pageToken, paging } = usePaging(show);
  const query = useQuery(
    LoadSimulationService.method.listLoadSimulations,
    { pageSize: 25, pageToken, running: show === "running" },
    { placeholderData: keepPreviousData },
  );
  const profiles = useQuery(LoadSimulationService.method.listLoadProfiles, {});
  return (
    <>
      <PageHeader
        title="Load"
        lead="Processes that make hosts busy in known ways, in a sandbox that ends with them."
        actions={<StartLoadButton />}
      />
      <Filters>
        <Select
          label="Show"
          data={[
            { value: "all", label: "All" },
            { value: "running", label: "Not over" },
          ]}
          value={show}
          allowDeselect={false}
          onChange={(next) => setSearch({ show: next ?? "all" })}
        />
      </Filters>
      <QueryView query={query}>
        {({ loadSimulations, nextPageToken }) =>
          loadSimulations.length === 0 ? (
            <EmptyState
              title={show === "all" ? "No load was ever started" : "No load runs"}
              detail="Start some to try a pipeline before it matters."
            />
          ) : (
            <DataTable
              label="Loads"
              columns={columns}
              rows={loadSimulations}
              rowKey={({ loadSimulationId }) => loadSimulationId}
              rowHref={({ loadSimulationId }) => `/loads/${encodeURIComponent(loadSimulationId)}`}
              paging={paging(nextPageToken)}
            />
          )
        }
      </QueryView>
      <div className={classes.profiles}>
        <Panel title="Profiles that ship with Phoenix">
          <QueryView query={profiles} lines={3}>
            {({ profiles: known }) => (
              <DataTable label="Profiles" columns={profileColumns} rows={known} rowKey={({ name }) => name} />
            )}
          </QueryView>
        </Panel>
      </div>
    </>
  );
}
