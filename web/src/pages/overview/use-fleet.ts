import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import type { Host } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { useQuery } from "@tanstack/react-query";

/** Hosts of a fleet, the first by name as many as are looked at; `complete` when those are all. */
export type Fleet = { hosts: readonly Host[]; complete: boolean };

/** A larger fleet is too much to read for one page. */
const most = 2_000;
const pageSize = 500;

/** The hosts, up to two thousand. Read at intervals, not with every sign of a change: a large fleet changes all the time. */
export function useFleet() {
  const transport = useTransport();
  return useQuery({
    queryKey: ["overview-fleet"],
    queryFn: async ({ signal }): Promise<Fleet> => {
      const client = createClient(FleetService, transport);
      const hosts: Host[] = [];
      let pageToken = "";
      do {
        const page = await client.listHosts({ pageSize, pageToken }, { signal });
        hosts.push(...page.hosts);
        pageToken = page.nextPageToken;
      } while (pageToken !== "" && hosts.length < most);
      return { hosts, complete: pageToken === "" };
    },
    // Messages are no plain JSON, so that comparing them would only take time.
    structuralSharing: false,
    refetchInterval: 10_000,
  });
}
