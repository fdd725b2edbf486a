/** One host: its facts and labels, its collectors with their configurations, its tasks, and what can be done. */
import { useQuery } from "@connectrpc/connect-query";
import type { Host } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { Link, useParams } from "@tanstack/react-router";
import { DefinitionList } from "../../components/definition-list.tsx";
import { ExperimentName } from "../../components/experiment-name.tsx";
import { HostBadge, healthOf } from "../../components/fleet-badges.tsx";
import { LabelList } from "../../components/label-list.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Panel } from "../../components/panel.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { Stat, StatGrid } from "../../components/stat.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { formatBytes, formatDigest, formatPercent } from "../../format/quantities.ts";
import { TaskTable } from "../tasks/task-table.tsx";
import { CollectorsPanel } from "./collectors-panel.tsx";
import { ConfigPanel } from "./config-panel.tsx";
import classes from "./fleet.module.css";
import { HostActs } from "./host-acts.tsx";

const parent = { to: "/fleet", title: "Fleet" };
/** Heartbeats move figures and times all the time; read so often, in ms. */
const heartbeatEveryMs = 15_000;

/** The page of one host. */
export default function HostPage() {
  const { hostId = "" } = useParams({ strict: false }) as { hostId?: string };
  const query = useQuery(FleetService.method.getHost, { hostId }, { refetchInterval: heartbeatEveryMs });
  const host = query.data?.host;
  return (
    <>
      {host === undefined ? (
        <PageHeader title="Host" parent={parent} />
      ) : (
        <PageHeader
          title={host.facts?.hostName || host.hostId}
          parent={parent}
          lead={<Lead host={host} />}
          actions={<HostActs host={host} />}
        />
      )}
      <QueryView query={query}>{({ host: known }) => known !== undefined && <Parts host={known} />}</QueryView>
    </>
  );
}

function Lead({ host }: { host: Host }) {
  const [tone, word] = healthOf(host);
  return (
    <>
      <HostBadge state={host.state} /> <StatusBadge tone={tone}>{word}</StatusBadge>{" "}
      {host.draining && <StatusBadge tone="warn">Draining</StatusBadge>} seen{" "}
      <TimeText time={host.lastSeenTime} relative />
    </>
  );
}

function Parts({ host }: { host: Host }) {
  const { facts, activePipeline } = host;
  return (
    <>
      <Panel title="What it is">
        <StatGrid>
          <Stat label="Processors" value={facts?.cpuCount ?? "unknown"} />
          <Stat label="Memory" value={facts === undefined ? "unknown" : formatBytes(Number(facts.memoryBytes))} />
          <Stat
            label="Agent CPU"
            value={host.lastSeenTime === undefined ? "unknown" : formatPercent(host.agentCpuRatio, 2)}
            unit="of a core"
            help="What the agent itself takes, without the collectors it runs."
          />
          <Stat
            label="Agent memory"
            value={host.agentRssBytes === 0n ? "unknown" : formatBytes(Number(host.agentRssBytes))}
            help="Resident memory of the agent itself."
          />
        </StatGrid>
        <div className={classes.facts}>
          <DefinitionList
            facts={[
              ["Labels", <LabelList key="labels" labels={host.labels} />],
              ["System", facts === undefined ? "" : `${facts.os}, ${facts.arch}`],
              ["Agent", facts?.agentVersion],
              ["Collector", facts?.collectorVersion || "none"],
              ["Id", <code key="id">{host.hostId}</code>],
              ["Enrolled", <TimeText key="enrolled" time={host.enrollTime} />],
              ["Session", String(host.session)],
            ]}
          />
        </div>
      </Panel>
      <Panel title="Runs outside experiments">
        {activePipeline === undefined ? (
          <p className="px-dim">Nothing is wanted of it.</p>
        ) : (
          <DefinitionList
            facts={[
              [
                "Pipeline",
                <Link key="p" to={`/pipelines/${activePipeline.pipeline}`}>
                  {activePipeline.pipeline}
                </Link>,
              ],
              ["Wanted", <code key="w">{formatDigest(activePipeline.wantedDigest)}</code>],
              ["Running", <code key="r">{formatDigest(activePipeline.runningDigest)}</code>],
              [
                "Promoted by",
                activePipeline.experimentId === "" ? (
                  ""
                ) : (
                  <ExperimentName key="e" experimentId={activePipeline.experimentId} />
                ),
              ],
              ["Since", <TimeText key="s" time={activePipeline.updateTime} />],
            ]}
          />
        )}
      </Panel>
      <CollectorsPanel host={host} />
      <ConfigPanel host={host} />
      <Panel title="Tasks" note="The newest; the page of tasks has all.">
        <TaskTable filter={{ hostId: host.hostId }} pageSize={10} withHost={false} />
      </Panel>
    </>
  );
}
