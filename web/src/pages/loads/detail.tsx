import { durationMs } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { useQuery, useTransport } from "@connectrpc/connect-query";
import { Button } from "@mantine/core";
import {
  type LoadHost,
  type LoadSimulation,
  LoadSimulationService,
  LoadState,
} from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { DefinitionList } from "../../components/definition-list.tsx";
import { ExperimentName } from "../../components/experiment-name.tsx";
import { LoadBadge } from "../../components/fleet-badges.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Panel } from "../../components/panel.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { toastDone } from "../../components/toast.tsx";
import { useMay } from "../../data/use-session.ts";
import { formatCount } from "../../format/quantities.ts";
import { formatSpan } from "../../format/times.ts";

const parent = { to: "/loads", title: "Load" };

const columns: readonly Column<LoadHost>[] = [
  {
    key: "host",
    title: "Host",
    cell: ({ hostId, hostName }) => <Link to={`/fleet/${encodeURIComponent(hostId)}`}>{hostName || hostId}</Link>,
  },
  { key: "state", title: "State", cell: ({ state }) => <LoadBadge state={state} /> },
  { key: "processes", title: "Processes", align: "end", cell: ({ processes }) => formatCount(processes) },
  { key: "spawned", title: "Begun so far", align: "end", cell: ({ spawned }) => formatCount(Number(spawned)) },
  { key: "message", title: "What happened", cell: ({ message }) => message },
  { key: "reported", title: "Reported", cell: ({ reportTime }) => <TimeText time={reportTime} relative /> },
];

/** The page of one load. */
export default function LoadPage() {
  const { loadSimulationId = "" } = useParams({ strict: false }) as { loadSimulationId?: string };
  const query = useQuery(LoadSimulationService.method.getLoadSimulation, { loadSimulationId });
  const load = query.data?.loadSimulation;
  return (
    <>
      {load === undefined ? (
        <PageHeader title="Load" parent={parent} />
      ) : (
        <PageHeader
          title={load.profile?.name || load.loadSimulationId}
          parent={parent}
          lead={<LoadBadge state={load.state} />}
          actions={<StopButton load={load} />}
        />
      )}
      <QueryView query={query}>
        {({ loadSimulation }) => loadSimulation !== undefined && <Parts load={loadSimulation} />}
      </QueryView>
    </>
  );
}

function Parts({ load }: { load: LoadSimulation }) {
  return (
    <>
      <Panel title="What it is" note={load.profile?.description}>
        <DefinitionList
          facts={[
            ["Processes on each host", formatCount(load.processes)],
            ["Seed", String(load.seed)],
            ["Longest time", load.maxDuration === undefined ? "" : formatSpan(durationMs(load.maxDuration))],
            ["Asked for", <TimeText key="asked" time={load.createTime} />],
            ["Ends", <TimeText key="ends" time={load.endTime} none="not known" />],
            [
              "Experiment",
              load.experimentId === "" ? "" : <ExperimentName key="experiment" experimentId={load.experimentId} />,
            ],
            ["Id", <code key="id">{load.loadSimulationId}</code>],
          ]}
        />
      </Panel>
      <Panel title="Hosts">
        <DataTable label="Hosts of the load" columns={columns} rows={load.hosts} rowKey={({ hostId }) => hostId} />
      </Panel>
    </>
  );
}

function StopButton({ load: { loadSimulationId, state, experimentId } }: { load: LoadSimulation }) {
  const [asked, setAsked] = useState(false);
  const may = useMay(LoadSimulationService.method.stopLoadSimulation);
  const transport = useTransport();
  const queries = useQueryClient();
  const runs = state === LoadState.STARTING || state === LoadState.RUNNING;
  // The load of an experiment ends with it.
  if (!may || !runs || experimentId !== "") return null;
  return (
    <>
      <Button variant="default" onClick={() => setAsked(true)}>
        Stop
      </Button>
      <ConfirmDialog
        opened={asked}
        title="Stop the load?"
        confirm="Stop it"
        destructive
        onClose={() => setAsked(false)}
        onConfirm={async ({ reason, requestId }) => {
          await createClient(LoadSimulationService, transport).stopLoadSimulation({
            ...{ loadSimulationId, reason, requestId },
          });
          toastDone("The load is being stopped.");
          await queries.invalidateQueries();
        }}
      >
        Every process it started is ended on all its hosts.
      </ConfirmDialog>
    </>
  );
}
