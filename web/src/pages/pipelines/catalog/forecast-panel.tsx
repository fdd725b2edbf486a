import { useQuery } from "@connectrpc/connect-query";
import { NumberInput, Select } from "@mantine/core";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { Panel } from "../../../components/panel.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { Stat, StatGrid } from "../../../components/stat.tsx";
import { formatCount } from "../../../format/quantities.ts";
import { fileTransport } from "../data/pipelines-client.ts";
import classes from "../pipelines.module.css";
import type { VersionReference } from "./reference-picker.tsx";

/** What a published version, or a file as it is, would send from a host, as the service foretells it, and what that assumes. */
export function ForecastPanel({ of }: { of: { pipeline: VersionReference } | { pipelineFile: string } }) {
  const [hostId, setHostId] = useState("");
  const [loadProfile, setLoadProfile] = useState("");
  const [loadProcesses, setLoadProcesses] = useState(0);
  const { data: fleet } = useQuery(FleetService.method.listHosts, { pageSize: 500 });
  const { data: loads } = useQuery(PipelineService.method.listLoadProfiles, {});
  const host = fleet?.hosts.find((each) => each.hostId === hostId);
  const cpuCount = host?.facts?.cpuCount ?? 0;
  const query = useQuery(
    PipelineService.method.forecastPipeline,
    { ...of, cpuCount, loadProfile, loadProcesses },
    {
      placeholderData: keepPreviousData,
      ...("pipelineFile" in of && { transport: fileTransport, gcTime: 0, refetchInterval: false as const }),
    },
  );
  return (
    <Panel
      title="Estimated impact"
      note="What it would send from one host, by its receivers and processors. Nothing is run for it."
    >
      <div className={classes.filters}>
        <Select
          label="Host"
          description={host ? `${cpuCount} logical processors` : "2 logical processors"}
          data={[
            { value: "", label: "Any host" },
            ...(fleet?.hosts ?? []).map((each) => ({ value: each.hostId, label: each.facts?.hostName ?? each.hostId })),
          ]}
          value={hostId}
          allowDeselect={false}
          searchable
          onChange={(value) => setHostId(value ?? "")}
        />
        <Select
          label="Processes on it"
          description="Those of a load profile"
          data={[
            { value: "", label: "None" },
            ...(loads?.profiles ?? []).map(({ name }) => ({ value: name, label: name })),
          ]}
          value={loadProfile}
          allowDeselect={false}
          onChange={(value) => setLoadProfile(value ?? "")}
        />
        <NumberInput
          label="How many"
          description="0 takes the profile's own number"
          min={0}
          max={2_000}
          disabled={loadProfile === ""}
          value={loadProcesses}
          onChange={(value) => setLoadProcesses(typeof value === "number" ? value : 0)}
        />
      </div>
      <QueryView query={query} lines={2}>
        {({ activeSeries, processSeries, dataPointsPerSecond, processes, assumptions }) => (
          <>
            <StatGrid>
              <Stat label="Active series" value={formatCount(activeSeries)} help="Series in one scrape of one host." />
              <Stat label="Of processes" value={formatCount(processSeries)} help="Series of single processes." />
              <Stat label="Data points" value={formatCount(dataPointsPerSecond)} unit="per second" />
              <Stat label="Processes reported" value={formatCount(processes)} help="On average." />
            </StatGrid>
            <details>
              <summary>What this assumes</summary>
              <ul>
                {assumptions.map((assumption) => (
                  <li key={assumption}>{assumption}</li>
                ))}
              </ul>
            </details>
          </>
        )}
      </QueryView>
    </Panel>
  );
}
