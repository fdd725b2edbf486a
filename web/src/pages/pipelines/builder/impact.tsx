import { useQuery } from "@connectrpc/connect-query";
import { PipelineState } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { EmptyState } from "../../../components/empty-state.tsx";
import { ForecastPanel } from "../catalog/forecast-panel.tsx";

/** What the newest published version of this name would send: the service foretells published ones alone. */
export function Impact({ name, changed }: { name: string; changed: boolean }) {
  const usable = /^[a-z0-9][a-z0-9-]{0,62}$/.test(name);
  const { data } = useQuery(
    PipelineService.method.listPipelineVersions,
    { name: usable ? name : "-", pageSize: 500 },
    { enabled: usable, retry: false },
  );
  const published = data?.pipelines.find(({ state }) => state === PipelineState.PUBLISHED);
  if (published === undefined)
    return (
      <EmptyState
        title="There is no estimate yet"
        detail="The server estimates published versions. Save this as a version and publish it to see what it would send."
      />
    );
  const what = `Of version ${published.version}, the newest that is published`;
  return (
    <ForecastPanel
      pipeline={{ name, version: published.version }}
      note={changed ? `${what}: what you changed since is not in it.` : `${what}.`}
    />
  );
}
