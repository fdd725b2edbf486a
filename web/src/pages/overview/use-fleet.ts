import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { FleetService, type HostCount } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import { useQuery } from "@tanstack/react-query";
import { useSession } from "../../data/use-session.ts";
import { useThrottledReading } from "../../data/use-throttled-reading.ts";

/** A fleet that changes all the time is counted this often, in ms. */
const countEveryMs = 5_000;

/** The hosts that one may see, counted: anew when one changed, but not with every sign of it, since in a large fleet there is always one. */
export function useFleet() {
  const transport = useTransport();
  const session = useSession();
  const grants = session.state === "in" ? (session.identity?.grants ?? []) : [];
  // Who may see hosts with some labels alone asks for those.
  const everywhere = grants.some(({ labels }) => Object.keys(labels).length === 0);
  const anyOf = everywhere ? [] : grants.map(({ labels }) => ({ labels }));
  const queryKey = ["overview-fleet", anyOf];
  useThrottledReading(queryKey, SubjectKind.HOST, countEveryMs);
  return useQuery({
    queryKey,
    queryFn: async ({ signal }): Promise<readonly HostCount[]> => {
      const { counts } = await createClient(FleetService, transport).countHosts({ anyOf }, { signal });
      return counts;
    },
    // Messages are no plain JSON, so that comparing them would only take time.
    structuralSharing: false,
  });
}
