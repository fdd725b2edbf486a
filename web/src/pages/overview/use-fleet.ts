import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { FleetService, type HostCount } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { useQuery } from "@tanstack/react-query";
import { useSession } from "../../data/use-session.ts";

/** The hosts that one may see, counted. Asked at intervals, not with every sign of a change: a large fleet changes all the time. */
export function useFleet() {
  const transport = useTransport();
  const session = useSession();
  const grants = session.state === "in" ? (session.identity?.grants ?? []) : [];
  // Who may see hosts with some labels alone asks for those.
  const everywhere = grants.some(({ labels }) => Object.keys(labels).length === 0);
  const anyOf = everywhere ? [] : grants.map(({ labels }) => ({ labels }));
  return useQuery({
    queryKey: ["overview-fleet", anyOf],
    queryFn: async ({ signal }): Promise<readonly HostCount[]> => {
      const { counts } = await createClient(FleetService, transport).countHosts({ anyOf }, { signal });
      return counts;
    },
    // Messages are no plain JSON, so that comparing them would only take time.
    structuralSharing: false,
    refetchInterval: 10_000,
  });
}
