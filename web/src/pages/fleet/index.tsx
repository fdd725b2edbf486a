/** The fleet: every host with what runs on it, as a table or as a map by a label. */
import { useQuery } from "@connectrpc/connect-query";
import { SegmentedControl, Select } from "@mantine/core";
import { type Host, HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { DraftFilter } from "../../components/draft-filter.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Filters } from "../../components/filters.tsx";
import { HostBadge, healthOf } from "../../components/fleet-badges.tsx";
import { LabelList } from "../../components/label-list.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { usePaging } from "../../components/use-paging.ts";
import { prefetch } from "../../data/prefetch.ts";
import { useSearchState } from "../../data/use-search-state.ts";
import { readLabels } from "../../format/labels.ts";
import { formatBytes, formatDigest, formatPercent } from "../../format/quantities.ts";
import type { AskAhead } from "../registry.ts";
import classes from "./fleet.module.css";
import { FleetMap } from "./fleet-map.tsx";
import { GoToHost } from "./go-to-host.tsx";

const defaults = { state: "", labels: "", view: "table", group: "" };

const states: Record<string, HostState> = {
  Online: HostState.ONLINE,
  Lost: HostState.LOST,
  Departed: HostState.DEPARTED,
  "Never connected": HostState.ENROLLED,
};

/** Heartbeats move figures and times all the time; read so often, in ms. */
const heartbeatEveryMs = 15_000;

const columns: readonly Column<Host>[] = [
  {
    key: "host",
    title: "Host",
    cell: ({ hostId, facts }) => (
      <Link to={`/fleet/${encodeURIComponent(hostId)}`} className={classes.name ?? ""}>
        {facts?.hostName || hostId}
      </Link>
    ),
  },
  {
    key: "state",
    title: "State",
    cell: ({ state, draining }) => (
      <>
        <HostBadge state={state} /> {draining && <StatusBadge tone="warn">Draining</StatusBadge>}
      </>
    ),
  },
  {
    key: "health",
    title: "Health",
    cell: (host) => {
      const [tone, word] = healthOf(host);
      return <StatusBadge tone={tone}>{word}</StatusBadge>;
    },
  },
  { key: "labels", title: "Labels", cell: ({ labels }) => <LabelList labels={labels} /> },
  { key: "runs", title: "Runs", cell: (host) => <Runs host={host} /> },
  { key: "agent", title: "Agent", cell: ({ facts }) => facts?.agentVersion ?? "" },
  { key: "collector", title: "Collector", cell: ({ facts }) => facts?.collectorVersion || "none" },
  {
    key: "cpu",
    title: "Agent CPU",
    align: "end",
    cell: ({ agentCpuRatio, lastSeenTime }) => (lastSeenTime === undefined ? "" : formatPercent(agentCpuRatio, 2)),
  },
  {
    key: "memory",
    title: "Agent memory",
    align: "end",
    cell: ({ agentRssBytes }) => (agentRssBytes === 0n ? "" : formatBytes(Number(agentRssBytes))),
  },
  { key: "seen", title: "Seen", cell: ({ lastSeenTime }) => <TimeText time={lastSeenTime} relative /> },
];

type Wanted = { labels: Record<string, string>; states: HostState[] };

function wantedOf({ state, labels }: Pick<typeof defaults, "state" | "labels">): Wanted {
  return { labels: readLabels(labels) ?? {}, states: state in states ? [states[state] as HostState] : [] };
}

const { listHosts } = FleetService.method;
const hostsOf = (wanted: Wanted, pageToken: string) => ({ pageSize: 50, pageToken, ...wanted });

/** Asks for the first hosts of the table. */
export const ask: AskAhead = (search) => {
  const state = { ...defaults, ...search };
  if (state.view !== "map") prefetch(listHosts, hostsOf(wantedOf(state), ""));
};

/** The hosts. */
export default function FleetPage() {
  const [{ state, labels, view, group }, setSearch] = useSearchState(defaults);
  const wanted = wantedOf({ state, labels });
  return (
    <>
      <PageHeader
        title="Fleet"
        lead="Every host with an agent, and what runs on it."
        actions={
          <SegmentedControl
            aria-label="View"
            data={[
              { value: "table", label: "Table" },
              { value: "map", label: "Map" },
            ]}
            value={view}
            onChange={(next) => setSearch({ view: next })}
          />
        }
      />
      <Filters>
        <GoToHost />
        <Select
          label="State"
          placeholder="All"
          data={Object.keys(states)}
          value={state === "" ? null : state}
          clearable
          clearButtonProps={{ "aria-label": "All states" }}
          onChange={(next) => setSearch({ state: next ?? "" })}
        />
        <DraftFilter
          label="Labels"
          placeholder="role=web, zone=a"
          value={labels}
          problem={(text) => (readLabels(text) === undefined ? "Write name=value, with commas between." : undefined)}
          onChange={(next) => setSearch({ labels: next })}
        />
      </Filters>
      {view === "map" ? (
        <FleetMap wanted={wanted} group={group} onGroup={(next) => setSearch({ group: next })} />
      ) : (
        <HostTable wanted={wanted} filter={`${state}/${labels}`} />
      )}
    </>
  );
}

function HostTable({ wanted, filter }: { wanted: Wanted; filter: string }) {
  const { pageToken, paging } = usePaging(filter);
  const query = useQuery(listHosts, hostsOf(wanted, pageToken), {
    placeholderData: keepPreviousData,
    refetchInterval: heartbeatEveryMs,
  });
  return (
    <QueryView query={query}>
      {({ hosts, nextPageToken }) =>
        hosts.length === 0 ? (
          <EmptyState
            title={filter === "/" ? "No host is enrolled yet" : "No host is like this"}
            detail={
              <>
                Make a token with <code>phoenix host enroll-token</code>, then start <code>phoenix agent</code> with it
                on the host.
              </>
            }
          />
        ) : (
          <DataTable
            label="Hosts"
            columns={columns}
            rows={hosts}
            rowKey={({ hostId }) => hostId}
            rowHref={({ hostId }) => `/fleet/${encodeURIComponent(hostId)}`}
            paging={paging(nextPageToken)}
          />
        )
      }
    </QueryView>
  );
}

function Runs({ host: { activePipeline, collectors } }: { host: Host }) {
  const arms = collectors.filter(({ experimentId }) => experimentId !== "");
  return (
    <>
      {activePipeline !== undefined && (
        <div>
          <span className={classes.name}>{activePipeline.pipeline}</span>{" "}
          {activePipeline.runningDigest !== activePipeline.wantedDigest && (
            <StatusBadge tone="warn">{`wants ${formatDigest(activePipeline.wantedDigest)}`}</StatusBadge>
          )}
        </div>
      )}
      {arms.map(({ collectorId, experimentId, variant }) => (
        <div key={collectorId}>
          <Link to={`/experiments/${experimentId}`}>{variant}</Link> <span className="px-dim">of an experiment</span>
        </div>
      ))}
      {activePipeline === undefined && arms.length === 0 && <span className="px-dim">nothing</span>}
    </>
  );
}
