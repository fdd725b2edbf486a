import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

/**
 * The name of an experiment, as a link to it. It hardly changes, so that it is kept
 * apart from what live events have read anew; one that is gone is told by its id.
 */
export function ExperimentName({ experimentId }: { experimentId: string }) {
  const transport = useTransport();
  const { data } = useQuery({
    queryKey: ["experiment-name", experimentId],
    queryFn: async ({ signal }) => {
      const { experiment } = await createClient(ExperimentService, transport).getExperiment(
        { experimentId },
        { signal },
      );
      return experiment?.name ?? "";
    },
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
    retry: false,
  });
  return <Link to={`/experiments/${experimentId}`}>{data || experimentId}</Link>;
}
