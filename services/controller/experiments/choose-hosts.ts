import type { HostSelector } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { findHosts, type HostRecord, listHosts } from "../fleet/index.ts";

/** Most hosts of one experiment, as the contract limits a list of them. */
const mostHosts = 10_000;

/**
 * Gives the hosts a selector means now, by name. Hosts that are named take part
 * wherever they are; by labels, or with nothing said, only those online and not draining.
 * @throws PhoenixError HOST_NOT_FOUND (unknown, or none at all), HOST_DRAINING.
 */
export async function chooseHosts(q: Queryable, selector: HostSelector | undefined): Promise<HostRecord[]> {
  const hosts = selector?.hosts ?? [];
  const labels = selector?.labels ?? {};
  if (hosts.length > 0) return named(q, hosts, labels);
  const online = await listHosts(q, { labels, states: ["online"] }, null, mostHosts);
  const ready = online.filter((host) => !host.draining);
  if (ready.length === 0) throw await nobody(q, labels);
  return ready;
}

async function named(q: Queryable, hosts: string[], labels: Record<string, string>): Promise<HostRecord[]> {
  const { found, unknown } = await findHosts(q, { hosts, labels });
  if (unknown.length > 0) {
    throw phoenixError(
      ErrorReason.HOST_NOT_FOUND,
      `No host has the id or name ${unknown.map((name) => JSON.stringify(name)).join(", ")}. List the hosts to see the ones enrolled.`,
      { metadata: { hosts: unknown.join(",") } },
    );
  }
  if (found.length === 0) throw await nobody(q, labels);
  const draining = found.find((host) => host.draining);
  if (draining !== undefined) {
    throw phoenixError(
      ErrorReason.HOST_DRAINING,
      `The host ${draining.hostName} is draining and takes no new work. End the drain, or leave the host out.`,
      { metadata: { host: draining.hostName } },
    );
  }
  return found;
}

async function nobody(q: Queryable, labels: Record<string, string>) {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const [any] = await listHosts(q, { labels: {} }, null, 1);
  let message: string;
  if (any === undefined) {
    message =
      "No host is enrolled, so there is nothing to measure on. Make a token with `phoenix host enroll-token`, start `phoenix agent` with it on a host, then try again.";
  } else if (wanted.length > 0) {
    message = `No host that is online and not draining has the labels ${wanted.join(", ")}. List the hosts to see their labels.`;
  } else {
    message =
      "No host is online and ready for new work. List the hosts to see why, start the agent on one of them or end its drain, then try again.";
  }
  return phoenixError(ErrorReason.HOST_NOT_FOUND, message, { metadata: { labels: wanted.join(",") } });
}
