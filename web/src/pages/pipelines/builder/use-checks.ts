import { useQuery } from "@connectrpc/connect-query";
import { useDebouncedValue } from "@mantine/hooks";
import type { ValidatePipelineResponse } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { fileTransport } from "../data/pipelines-client.ts";

/** After so long without a change the text is checked, in ms. */
const checkAfterMs = 600;

/** What the server finds in a text, a moment after it was changed last. */
export function useChecks(
  text: string,
  pipelineFile: boolean,
): { answer: ValidatePipelineResponse | undefined; fresh: boolean; error: unknown; retry: () => void } {
  const [checked] = useDebouncedValue(text, checkAfterMs);
  const subject = { case: pipelineFile ? ("pipelineFile" as const) : ("config" as const), value: checked };
  const { data, error, isPlaceholderData, isFetching, refetch } = useQuery(
    PipelineService.method.validatePipeline,
    { subject },
    {
      transport: fileTransport,
      enabled: checked.trim() !== "",
      placeholderData: keepPreviousData,
      staleTime: Number.POSITIVE_INFINITY,
      // Whole files: kept only while they are shown.
      gcTime: 0,
      refetchInterval: false,
    },
  );
  const fresh = checked === text && !isPlaceholderData && !isFetching;
  return { answer: data, fresh, error: error ?? undefined, retry: () => void refetch() };
}
