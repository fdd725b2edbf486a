import type { CollectorStatus } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Host } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ExperimentName } from "../../components/experiment-name.tsx";
import { CollectorBadge } from "../../components/fleet-badges.tsx";
import { Panel } from "../../components/panel.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { formatDigest } from "../../format/quantities.ts";
import classes from "./fleet.module.css";

const columns: readonly Column<CollectorStatus>[] = [
  { key: "id", title: "Collector", cell: ({ collectorId }) => collectorId },
  {
    key: "state",
    title: "State",
    cell: ({ state, edited, lastError }) => (
      <>
        <CollectorBadge state={state} /> {edited && <StatusBadge tone="warn">Edited on the host</StatusBadge>}
        {lastError !== "" && <pre className={classes.error}>{lastError}</pre>}
      </>
    ),
  },
  {
    key: "pipeline",
    title: "Pipeline",
    cell: ({ pipeline, dynamicDetail }) => (
      <>
        {pipeline}
        {dynamicDetail !== "" && <div className="px-dim">{dynamicDetail}</div>}
      </>
    ),
  },
  { key: "digest", title: "Configuration", cell: ({ configDigest }) => <code>{formatDigest(configDigest)}</code> },
  {
    key: "for",
    title: "For",
    cell: ({ experimentId, variant }) =>
      experimentId === "" ? (
        "what is wanted"
      ) : (
        <>
          {variant} of <ExperimentName experimentId={experimentId} />
        </>
      ),
  },
  { key: "version", title: "Version", cell: ({ collectorVersion }) => collectorVersion },
  { key: "pid", title: "Process", align: "end", cell: ({ pid }) => (pid === 0 ? "none" : pid) },
  { key: "restarts", title: "Restarts", align: "end", cell: ({ restarts }) => restarts },
  { key: "started", title: "Started", cell: ({ startTime }) => <TimeText time={startTime} relative /> },
];

/** The collectors of a host, as its agent said last. */
export function CollectorsPanel({ host: { collectors } }: { host: Host }) {
  return (
    <Panel title="Collectors">
      {collectors.length === 0 ? (
        <EmptyState title="No collector runs here" detail="One is started by an experiment or a deployment." />
      ) : (
        <DataTable label="Collectors" columns={columns} rows={collectors} rowKey={({ collectorId }) => collectorId} />
      )}
    </Panel>
  );
}
