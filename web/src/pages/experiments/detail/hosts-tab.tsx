import { useQuery } from "@connectrpc/connect-query";
import type { CollectorStatus } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Experiment, ExperimentHost } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Host } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { Link } from "@tanstack/react-router";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { CollectorBadge, HostBadge } from "../../../components/fleet-badges.tsx";
import { Panel } from "../../../components/panel.tsx";
import { formatDigest } from "../../../format/quantities.ts";
import { armsOf } from "../figures.ts";
import classes from "./detail.module.css";
import { LoadPanel } from "./load-panel.tsx";

/** Hosts shown with the state of their collectors; of more only what the experiment knows. */
const most = 100;

/** Every host of the experiment with what it runs, the load on them, and what collectors said when they failed. */
export function HostsTab({ experiment }: { experiment: Experiment }) {
  const { hosts } = experiment;
  return (
    <>
      <Panel
        title="Hosts"
        note={
          hosts.length > most
            ? `The state of collectors is shown of the first ${most} of ${hosts.length} hosts.`
            : undefined
        }
      >
        {hosts.length === 0 ? (
          <EmptyState title="Hosts are chosen at the start" detail="They are known once the experiment is started." />
        ) : (
          <HostTable experiment={experiment} />
        )}
      </Panel>
      <LoadPanel experiment={experiment} />
    </>
  );
}

function HostTable({ experiment }: { experiment: Experiment }) {
  const arms = armsOf(experiment);
  const columns: readonly Column<ExperimentHost>[] = [
    { key: "host", title: "Host", cell: ({ hostId, hostName }) => <HostLink hostId={hostId} name={hostName} /> },
    { key: "state", title: "State", cell: ({ hostId }) => <HostStateBadge hostId={hostId} /> },
    ...arms.map(
      ({ variant }): Column<ExperimentHost> => ({
        key: variant,
        title: variant,
        cell: ({ hostId, runningDigests }) => (
          <ArmOnHost experiment={experiment} hostId={hostId} variant={variant} digest={runningDigests[variant] ?? ""} />
        ),
      }),
    ),
    {
      key: "active",
      title: "Runs outside the experiment",
      cell: ({ activeDigest, heldBack }) => (
        <>
          <code>{formatDigest(activeDigest)}</code>
          {heldBack && " (held back)"}
          {activeDigest !== "" && activeDigest === experiment.promotedDigest && " (promoted)"}
        </>
      ),
    },
  ];
  return (
    <DataTable
      label="Hosts of the experiment"
      columns={columns}
      rows={experiment.hosts.slice(0, 500)}
      rowKey={({ hostId }) => hostId}
    />
  );
}

function useHost(hostId: string) {
  return useQuery(FleetService.method.getHost, { hostId }).data?.host;
}

function HostLink({ hostId, name }: { hostId: string; name: string }) {
  return <Link to={`/fleet/${encodeURIComponent(hostId)}`}>{name || hostId}</Link>;
}

function HostStateBadge({ hostId }: { hostId: string }) {
  const host = useHost(hostId);
  return host === undefined ? null : <HostBadge state={host.state} />;
}

function ArmOnHost({
  experiment,
  hostId,
  variant,
  digest,
}: {
  experiment: Experiment;
  hostId: string;
  variant: string;
  digest: string;
}) {
  const host = useHost(hostId);
  const collector = host === undefined ? undefined : collectorOf(host, experiment.experimentId, variant);
  if (collector === undefined)
    return <span className="px-dim">{digest === "" ? "not running" : formatDigest(digest)}</span>;
  return (
    <>
      <CollectorBadge state={collector.state} /> <code>{formatDigest(collector.configDigest)}</code>
      {collector.restarts > 0 && ` ${collector.restarts} restarts`}
      {collector.dynamicDetail !== "" && ` ${collector.dynamicDetail}`}
      {collector.lastError !== "" && <pre className={classes.error}>{collector.lastError}</pre>}
    </>
  );
}

function collectorOf(host: Host, experimentId: string, variant: string): CollectorStatus | undefined {
  return host.collectors.find((one) => one.experimentId === experimentId && one.variant === variant);
}
