import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { queryClient } from "../../../data/query-client.ts";

/** Reads anew whatever the pipelines service said, after something was stored or deleted. */
export async function readPipelinesAnew(): Promise<void> {
  await queryClient.invalidateQueries({
    predicate: ({ queryKey: [first, key] }) =>
      first === "connect-query" &&
      (key as { serviceName?: string } | undefined)?.serviceName === PipelineService.typeName,
  });
}
