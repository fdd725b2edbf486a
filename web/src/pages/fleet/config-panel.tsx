import { useQuery } from "@connectrpc/connect-query";
import { Select } from "@mantine/core";
import type { Host } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { useState } from "react";
import { CodeBlock } from "../../components/code-block.tsx";
import { Panel } from "../../components/panel.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatDigest } from "../../format/quantities.ts";

/** The configuration that a collector of the host runs, as it was sent there. */
export function ConfigPanel({ host: { collectors, activePipeline } }: { host: Host }) {
  const running = collectors
    .filter(({ configDigest }) => configDigest !== "")
    .map(({ configDigest, collectorId }) => ({
      value: configDigest,
      label: `${collectorId} runs ${formatDigest(configDigest)}`,
    }));
  const wanted = activePipeline?.wantedDigest ?? "";
  const choices = new Map(running.map((one) => [one.value, one]));
  if (wanted !== "" && !choices.has(wanted))
    choices.set(wanted, { value: wanted, label: `wanted: ${formatDigest(wanted)}` });
  const [chosen, setChosen] = useState("");
  const digest = choices.has(chosen) ? chosen : ([...choices.keys()][0] ?? "");
  if (digest === "") return null;
  return (
    <Panel
      title="Effective configuration"
      note="Exactly what was sent; the agent fills in the ${VARIABLES} of its host."
      aside={
        choices.size > 1 && (
          <Select
            aria-label="Configuration of"
            w={300}
            maw="100%"
            data={[...choices.values()]}
            value={digest}
            allowDeselect={false}
            onChange={(next) => setChosen(next ?? "")}
          />
        )
      }
    >
      <Config digest={digest} />
    </Panel>
  );
}

function Config({ digest }: { digest: string }) {
  // What a digest stands for never changes.
  const query = useQuery(
    PipelineService.method.getRenderedConfig,
    { configDigest: digest },
    { staleTime: Number.POSITIVE_INFINITY, refetchInterval: false },
  );
  return (
    <QueryView query={query} lines={3}>
      {({ config }) => (
        <CodeBlock label={`configuration ${formatDigest(digest)}`} text={new TextDecoder().decode(config)} />
      )}
    </QueryView>
  );
}
