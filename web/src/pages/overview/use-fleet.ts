import { createClient } from "@connectrpc/connect";
import { FleetService, type HostCount } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { queryClient } from "../../data/query-client.ts";
import { type Session, session } from "../../data/session.ts";
import { transport } from "../../data/transport.ts";
import { useSession } from "../../data/use-session.ts";
import { useThrottledReading } from "../../data/use-throttled-reading.ts";

/** A fleet that changes all the time is counted this often, in ms. */
const countEveryMs = 5_000;

/** The hosts that one may see, counted: anew when one changed, but not with every sign of it, since in a large fleet there is always one. */
export function useFleet() {
  const count = countOf(useSession());
  useThrottledReading(count.queryKey, SubjectKind.HOST, countEveryMs);
  return useQuery(count);
}

/** Asks for what useFleet says. */
export function askFleet(): void {
  void queryClient.prefetchQuery(countOf(session.get()));
}

const fleet = createClient(FleetService, transport);

function countOf(session: Session) {
  const grants = session.state === "in" ? (session.identity?.grants ?? []) : [];
  // Who may see hosts with some labels alone asks for those.
  const everywhere = grants.some(({ labels }) => Object.keys(labels).length === 0);
  const anyOf = everywhere ? [] : grants.map(({ labels }) => ({ labels }));
  return queryOptions({
    queryKey: ["overview-fleet", anyOf],
    queryFn: async ({ signal }): Promise<readonly HostCount[]> =>
      (await fleet.countHosts({ anyOf }, { signal })).counts,
    // Messages are no plain JSON, so that comparing them would only take time.
    structuralSharing: false,
  });
}
