import { useQuery } from "@connectrpc/connect-query";
import { Select } from "@mantine/core";
import type { Deployment, DeploymentHost } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Filters } from "../../components/filters.tsx";
import { CollectorBadge } from "../../components/fleet-badges.tsx";
import { Panel } from "../../components/panel.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { usePaging } from "../../components/use-paging.ts";
import { formatCount, formatDigest, formatPercent } from "../../format/quantities.ts";
import { DriftBadge, drifts } from "./deployment-badges.tsx";
import classes from "./deployments.module.css";
import { figuresEveryMs } from "./figures-every.ts";
import { RepairButton } from "./repair-button.tsx";

/** The hosts of a deployment, by name: what each is to run, what it runs, and why that differs. */
export function HostsTab({
  deployment,
  drift,
  onDrift,
}: {
  deployment: Deployment;
  /** The word of the one way of standing that is shown; empty for all. */
  drift: string;
  onDrift: (next: string) => void;
}) {
  const { deploymentId } = deployment;
  const { pageToken, paging } = usePaging(drift);
  const wanted = drifts.filter(({ word }) => word === drift).map(({ state }) => state);
  const query = useQuery(
    DeploymentService.method.listDeploymentHosts,
    { deploymentId, pageSize: 50, pageToken, drift: wanted },
    { placeholderData: keepPreviousData, refetchInterval: figuresEveryMs },
  );
  const columns: readonly Column<DeploymentHost>[] = [
    {
      key: "host",
      title: "Host",
      cell: ({ hostId, hostName }) => (
        <Link to={`/fleet/${encodeURIComponent(hostId)}`} className={classes.name ?? ""}>
          {hostName || hostId}
        </Link>
      ),
    },
    { key: "step", title: "Step", align: "end", cell: ({ step }) => step },
    {
      key: "drift",
      title: "Stands",
      cell: ({ drift: state, detail, sinceTime }) => (
        <div className={classes.detail}>
          <DriftBadge state={state} />{" "}
          <span className="px-dim">
            since <TimeText time={sinceTime} relative />
          </span>
          {detail !== "" && <div>{detail}</div>}
        </div>
      ),
    },
    { key: "collector", title: "Collector", cell: ({ collectorState }) => <CollectorBadge state={collectorState} /> },
    { key: "version", title: "Wanted version", align: "end", cell: ({ wantedVersion }) => wantedVersion || "none" },
    { key: "running", title: "Runs", cell: ({ runningDigest }) => <code>{formatDigest(runningDigest)}</code> },
    {
      key: "reduction",
      title: "Fewer series",
      align: "end",
      cell: ({ figures }) =>
        figures && !Number.isNaN(figures.reductionRatio) ? formatPercent(figures.reductionRatio) : "",
    },
    {
      key: "series",
      title: "Series sent",
      align: "end",
      cell: ({ figures }) => (figures ? formatCount(figures.outputSeries) : ""),
    },
    { key: "seen", title: "Seen", cell: ({ seenTime }) => <TimeText time={seenTime} relative /> },
    {
      key: "repair",
      title: <span className="px-visually-hidden">Repair</span>,
      cell: (host) => <RepairButton deployment={deployment} host={host} />,
    },
  ];
  return (
    <Panel title="Hosts">
      <Filters>
        <Select
          label="Stands"
          placeholder="All"
          data={drifts.map(({ word }) => word)}
          value={drift === "" ? null : drift}
          clearable
          clearButtonProps={{ "aria-label": "All hosts" }}
          onChange={(next) => onDrift(next ?? "")}
        />
      </Filters>
      <QueryView query={query}>
        {({ hosts, nextPageToken }) =>
          hosts.length === 0 ? (
            <EmptyState
              title={drift === "" ? "No host is meant" : "No host stands like this"}
              detail="A host that comes to have the labels gets the pipeline by itself."
            />
          ) : (
            <DataTable
              label="Hosts of the deployment"
              columns={columns}
              rows={hosts}
              rowKey={({ hostId }) => hostId}
              paging={paging(nextPageToken)}
            />
          )
        }
      </QueryView>
    </Panel>
  );
}
