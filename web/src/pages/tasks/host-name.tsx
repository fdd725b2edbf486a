import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

/**
 * The name of a host, as a link to it. Names hardly change, so that they are
 * kept apart from what live events have read anew; a host that is gone is told by its id.
 */
export function HostName({ hostId }: { hostId: string }) {
  const transport = useTransport();
  const { data } = useQuery({
    queryKey: ["host-name", hostId],
    queryFn: async ({ signal }) => {
      const { host } = await createClient(FleetService, transport).getHost({ hostId }, { signal });
      return host?.facts?.hostName ?? "";
    },
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
    retry: false,
  });
  return <Link to={`/fleet/${encodeURIComponent(hostId)}`}>{data || hostId}</Link>;
}
