import type { HostSelector } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import { ErrorReason, type PhoenixError, phoenixError } from "@phoenix/platform/errors";
import { findHosts } from "../fleet/index.ts";
import { findMeantHosts } from "./meant-hosts.ts";
import type { StepHost } from "./plan-steps.ts";

/**
 * Gives the hosts a selector means for a deployment: an empty one means every
 * host that belongs to no other.
 * @throws PhoenixError HOST_NOT_FOUND (unknown, or none at all), DEPLOYMENT_CONFLICT.
 */
export async function chooseMembers(
  q: Queryable,
  selector: Pick<HostSelector, "hosts" | "labels">,
  deploymentId: string,
): Promise<StepHost[]> {
  const { hosts: names, labels } = selector;
  const { unknown } = await findHosts(q, { hosts: names, labels });
  if (unknown.length > 0) {
    throw notFound(`No host has the id or name ${unknown.map((name) => JSON.stringify(name)).join(", ")}.`);
  }
  const meant = await findMeantHosts(q, selector);
  const taken = meant.filter((host) => host.deploymentId !== null && host.deploymentId !== deploymentId);
  const everyone = names.length === 0 && Object.keys(labels).length === 0;
  if (taken.length > 0 && !everyone) throw conflict(taken);
  const members = everyone ? meant.filter((host) => !taken.includes(host)) : meant;
  if (members.length > 0) return members;
  const wanted = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  if (wanted.length > 0) throw notFound(`No host has the labels ${wanted.join(", ")}.`);
  throw notFound(
    meant.length === 0
      ? "No host is enrolled."
      : "Every host belongs to another deployment already; name hosts or labels.",
  );
}

/** That hosts belong to other deployments. */
export function conflict(taken: readonly { hostName: string; deployment: string }[]): PhoenixError {
  const [first] = taken;
  const more = taken.length > 1 ? ` (and ${taken.length - 1} more hosts)` : "";
  return phoenixError(
    ErrorReason.DEPLOYMENT_CONFLICT,
    `The host ${first?.hostName} belongs to the deployment ${JSON.stringify(first?.deployment)}${more}, and a host belongs to one. Leave it out, or take it out of the other.`,
    { metadata: { host: first?.hostName ?? "", deployment: first?.deployment ?? "" } },
  );
}

function notFound(what: string): PhoenixError {
  return phoenixError(ErrorReason.HOST_NOT_FOUND, `${what} List the hosts to see the ones enrolled and their labels.`);
}
