import type { HostSelector } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Queryable } from "@phoenix/platform/database";

/** What a selector means, in SQL over `hosts h`; the parameters are its hosts and labels. */
export const meant = (hosts: string, labels: string): string =>
  `(cardinality(${hosts}::text[]) = 0 OR h.host_id = ANY (${hosts}) OR h.host_name = ANY (${hosts})) AND h.labels @> ${labels}::jsonb`;

/** Hosts a selector means, with the deployment each belongs to; null for none. */
export async function findMeantHosts(
  q: Queryable,
  selector: Pick<HostSelector, "hosts" | "labels">,
): Promise<{ hostId: string; hostName: string; ready: boolean; deploymentId: string | null; deployment: string }[]> {
  const rows = await q.query<{
    host_id: string;
    host_name: string;
    ready: boolean;
    deployment_id: string | null;
    name: string | null;
  }>(
    `SELECT h.host_id, h.host_name, s.state = 'online' AND NOT h.draining AS ready, d.deployment_id, p.name
     FROM hosts h JOIN agent_status s USING (host_id)
     LEFT JOIN deployment_hosts d USING (host_id) LEFT JOIN deployments p USING (deployment_id)
     WHERE ${meant("$1", "$2")} ORDER BY h.host_name`,
    [selector.hosts, JSON.stringify(selector.labels)],
  );
  return rows.map((row) => ({
    hostId: row.host_id,
    hostName: row.host_name,
    ready: row.ready,
    deploymentId: row.deployment_id,
    deployment: row.name ?? "",
  }));
}

/** Ids of hosts that a selector means and that belong to no deployment. */
export async function findJoining(q: Queryable, selector: HostSelector): Promise<string[]> {
  const rows = await q.query<{ host_id: string }>(
    `SELECT h.host_id FROM hosts h
     WHERE NOT EXISTS (SELECT FROM deployment_hosts d WHERE d.host_id = h.host_id) AND ${meant("$1", "$2")}
     ORDER BY h.host_id`,
    [selector.hosts, JSON.stringify(selector.labels)],
  );
  return rows.map((row) => row.host_id);
}
