import type { Client } from "@connectrpc/connect";
import type { Deployment } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import type { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import type { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import type { LoadSimulationService } from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import type { Role } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { coversLabels, type Grant } from "./grants.ts";
import type { Subject } from "./request-concern.ts";

/** Clients that say what hosts something concerns. */
export type ScopeClients = {
  fleet: Client<typeof FleetService>;
  experiments: Client<typeof ExperimentService>;
  deployments: Client<typeof DeploymentService>;
  loads: Client<typeof LoadSimulationService>;
};

/** The hosts on which some grants have a role. */
export type ScopedHosts = {
  /** True for the id or the name of one. */
  has(idOrName: string): boolean;
  /** True when all that a selector means, now and later, are among them. */
  covers(selector: { hosts: readonly string[]; labels: Readonly<Record<string, string>> }): boolean;
  coversExperiment(experiment: Experiment): boolean;
  coversDeployment(deployment: Deployment): boolean;
};

/** Finds out on which hosts a role with labels counts. */
export type HostScope = {
  /** True when the grants have the role on all that a subject concerns. @throws what the service says of a subject that is not there. */
  allows(grants: readonly Grant[], role: Role, subject: Subject): Promise<boolean>;
  /** The hosts on which the grants have the role; up to `maxAgeMs` old. */
  hostsOf(grants: readonly Grant[], role: Role, maxAgeMs: number): Promise<ScopedHosts>;
};

type Known = { at: number; names: Promise<ReadonlySet<string>> };

/** Creates the look-up. What it remembers is only used for looking, never for a change. */
export function createHostScope({ fleet, experiments, deployments, loads }: ScopeClients): HostScope {
  const known = new Map<string, Known>();

  const readHosts = async (labels: Grant["labels"]): Promise<ReadonlySet<string>> => {
    const names = new Set<string>();
    let pageToken = "";
    do {
      const page = await fleet.listHosts({ labels: { ...labels }, pageSize: 500, pageToken });
      for (const host of page.hosts) names.add(host.hostId).add(host.facts?.hostName ?? host.hostId);
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    return names;
  };
  const hostsWith = (labels: Grant["labels"], maxAgeMs: number): Promise<ReadonlySet<string>> => {
    const key = JSON.stringify(Object.entries(labels).toSorted());
    const last = known.get(key);
    if (last !== undefined && performance.now() - last.at < maxAgeMs) return last.names;
    if (known.size > 1000) known.clear();
    const names = readHosts(labels);
    known.set(key, { at: performance.now(), names });
    names.catch(() => known.delete(key));
    return names;
  };

  const hostsOf: HostScope["hostsOf"] = async (grants, role, maxAgeMs) => {
    const counting = grants.filter((grant) => grant.role >= role);
    const sets = await Promise.all(counting.map(({ labels }) => hostsWith(labels, maxAgeMs)));
    const has = (idOrName: string): boolean => sets.some((set) => set.has(idOrName));
    const covers: ScopedHosts["covers"] = ({ hosts, labels }) =>
      coversLabels(counting, role, labels) || (hosts.length > 0 && hosts.every(has));
    return {
      has,
      covers,
      coversExperiment: ({ hosts, spec }) =>
        hosts.length > 0
          ? hosts.every(({ hostId }) => has(hostId))
          : covers({ hosts: spec?.hosts?.hosts ?? [], labels: spec?.hosts?.labels ?? {} }),
      coversDeployment: ({ selector }) => covers({ hosts: selector?.hosts ?? [], labels: selector?.labels ?? {} }),
    };
  };

  const allowsHost = async (grants: readonly Grant[], role: Role, hostId: string): Promise<boolean> => {
    const { host } = await fleet.getHost({ hostId });
    return coversLabels(grants, role, host?.labels ?? {});
  };
  return {
    hostsOf,
    async allows(grants, role, subject) {
      switch (subject.kind) {
        case "labels":
          return coversLabels(grants, role, subject.labels);
        case "host":
          return allowsHost(grants, role, subject.id);
        case "task": {
          const { task } = await fleet.getTask({ taskId: subject.id });
          return allowsHost(grants, role, task?.hostId ?? "");
        }
        case "experiment": {
          const { experiment } = await experiments.getExperiment({ experimentId: subject.id });
          return experiment !== undefined && (await hostsOf(grants, role, 0)).coversExperiment(experiment);
        }
        case "deployment": {
          const { deployment } = await deployments.getDeployment({ deploymentId: subject.id });
          return deployment !== undefined && (await hostsOf(grants, role, 0)).coversDeployment(deployment);
        }
        case "load": {
          const { loadSimulation } = await loads.getLoadSimulation({ loadSimulationId: subject.id });
          const hosts = (loadSimulation?.hosts ?? []).map(({ hostId }) => hostId);
          return (await hostsOf(grants, role, 0)).covers({ hosts, labels: {} });
        }
        case "hosts":
          return (await hostsOf(grants, role, 0)).covers(subject);
      }
    },
  };
}
