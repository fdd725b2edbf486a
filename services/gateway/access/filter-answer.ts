import type { Message } from "@bufbuild/protobuf";
import type { ListDeploymentsResponse } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import type { ListExperimentsResponse } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import type {
  ListHostsResponse,
  ListTasksResponse,
  WatchHostsResponse,
} from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import type { ListLoadSimulationsResponse } from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import { Role } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import type { SubscribeEventsResponse } from "@phoenix/gen/phoenix/gateway/v1/event_service_pb.ts";
import { ErrorReason, fromConnectError, isPhoenixError } from "@phoenix/platform/errors";
import { coversLabels, type Grant } from "./grants.ts";
import type { HostScope } from "./host-scope.ts";

/** How old the list of hosts may be by which answers are filtered, in milliseconds. */
const maxAgeMs = 5_000;

type Filter = (message: never, grants: readonly Grant[], scope: HostScope) => Promise<boolean>;

/**
 * How the answers of lists and watches lose what their caller may not see, by
 * the type of the answer. Each gives false for an answer of which nothing is left to tell.
 */
const filters: Readonly<Record<string, Filter>> = {
  "phoenix.controller.v1.ListHostsResponse": async (message: ListHostsResponse, grants) => {
    message.hosts = message.hosts.filter(({ labels }) => coversLabels(grants, Role.VIEWER, labels));
    return true;
  },
  "phoenix.controller.v1.WatchHostsResponse": async ({ host }: WatchHostsResponse, grants) =>
    host === undefined || coversLabels(grants, Role.VIEWER, host.labels),
  "phoenix.controller.v1.ListTasksResponse": async (message: ListTasksResponse, grants, scope) => {
    const hosts = await scope.hostsOf(grants, Role.VIEWER, maxAgeMs);
    message.tasks = message.tasks.filter(({ hostId }) => hosts.has(hostId));
    return true;
  },
  "phoenix.controller.v1.ListExperimentsResponse": async (message: ListExperimentsResponse, grants, scope) => {
    const hosts = await scope.hostsOf(grants, Role.VIEWER, maxAgeMs);
    message.experiments = message.experiments.filter(hosts.coversExperiment);
    return true;
  },
  "phoenix.controller.v1.ListDeploymentsResponse": async (message: ListDeploymentsResponse, grants, scope) => {
    const hosts = await scope.hostsOf(grants, Role.VIEWER, maxAgeMs);
    message.deployments = message.deployments.filter(hosts.coversDeployment);
    return true;
  },
  "phoenix.controller.v1.ListLoadSimulationsResponse": async (message: ListLoadSimulationsResponse, grants, scope) => {
    // The list says nothing of hosts, so each is asked for; one that is gone meanwhile is left out.
    const seen: typeof message.loadSimulations = [];
    for (const load of message.loadSimulations) {
      if (await mayLook(scope, grants, load.loadSimulationId)) seen.push(load);
    }
    message.loadSimulations = seen;
    return true;
  },
  "phoenix.gateway.v1.SubscribeEventsResponse": async (message: SubscribeEventsResponse, grants) => {
    // That any of a kind may have changed says nothing of any of them; what waits for a second person every viewer may list.
    message.changes = message.changes.filter(
      ({ kind, subjectId, labels }) =>
        subjectId === "" || kind === SubjectKind.APPROVAL || coversLabels(grants, Role.VIEWER, labels),
    );
    // Told even when nothing is left: the cursor went on, and the stream lives.
    return true;
  },
};

/**
 * Takes out of an answer what grants with labels do not reach; false when nothing is left to tell.
 * An answer of a kind that nobody wrote a filter for is not told at all.
 */
export async function filterAnswer(message: Message, grants: readonly Grant[], scope: HostScope): Promise<boolean> {
  const filter = Object.hasOwn(filters, message.$typeName) ? filters[message.$typeName] : undefined;
  if (filter === undefined) throw new Error(`answers of type ${message.$typeName} cannot be filtered`);
  return filter(message as never, grants, scope);
}

/** Types of answers that can be filtered. */
export const filteredTypes: readonly string[] = Object.keys(filters);

async function mayLook(scope: HostScope, grants: readonly Grant[], id: string): Promise<boolean> {
  try {
    return await scope.allows(grants, Role.VIEWER, { kind: "load", id });
  } catch (error) {
    if (isPhoenixError(fromConnectError(error), ErrorReason.LOAD_SIMULATION_NOT_FOUND)) return false;
    throw error;
  }
}
