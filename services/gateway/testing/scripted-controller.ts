import { once } from "node:events";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectRouter } from "@connectrpc/connect";
import { ChangeService } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import type { DeploymentSchema } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import type { ExperimentSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import type { HostSchema } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { actorOf } from "@phoenix/platform/rpc";

type Host = Exclude<MessageInitShape<typeof HostSchema>, { $typeName: string }>;
type Experiment = Exclude<MessageInitShape<typeof ExperimentSchema>, { $typeName: string }>;
type Deployment = Exclude<MessageInitShape<typeof DeploymentSchema>, { $typeName: string }>;

/** A controller that has what a spec gives it, and remembers who asked it for changes. */
export type ScriptedController = {
  hosts: Host[];
  experiments: Experiment[];
  deployments: Deployment[];
  /** "ada PromoteExperiment exp-1" for each change. */
  done: string[];
  routes(router: ConnectRouter): void;
};

/** Two hosts apart by a label, and an experiment on each, by the number of the host. */
export function createScriptedController(): ScriptedController {
  const controller: ScriptedController = {
    hosts: [
      { hostId: "h-1", labels: { env: "prod" }, facts: { hostName: "web-1" } },
      { hostId: "h-2", labels: { env: "test" }, facts: { hostName: "web-2" } },
    ],
    experiments: [1, 2].map((number) => ({
      experimentId: `exp-${number}`,
      name: `try ${number}`,
      hosts: [{ hostId: `h-${number}`, hostName: `web-${number}` }],
    })),
    deployments: [
      { deploymentId: "dep-1", name: "prod", selector: { labels: { env: "prod" } } },
      { deploymentId: "dep-2", name: "all", selector: {} },
    ],
    done: [],
    routes(router) {
      const find = <T>(found: T | undefined, reason: ErrorReason): T => {
        if (found !== undefined) return found;
        throw phoenixError(reason, "there is no such thing");
      };
      const note = (context: { requestHeader: Headers }, ...words: string[]): void => {
        controller.done.push([actorOf(context), ...words].join(" "));
      };
      const experimentOf = (id: string) =>
        find(
          controller.experiments.find(({ experimentId }) => experimentId === id),
          ErrorReason.EXPERIMENT_NOT_FOUND,
        );
      router.service(FleetService, {
        listHosts: ({ labels }) => ({
          hosts: controller.hosts.filter((host) =>
            Object.entries(labels).every(([name, value]) => host.labels?.[name] === value),
          ),
        }),
        countHosts: ({ anyOf }) => ({
          counts: [
            {
              hosts: controller.hosts.filter(
                (host) =>
                  anyOf.length === 0 ||
                  anyOf.some(({ labels }) =>
                    Object.entries(labels).every(([name, value]) => host.labels?.[name] === value),
                  ),
              ).length,
            },
          ],
        }),
        getHost: ({ hostId }) => ({
          host: find(
            controller.hosts.find((host) => host.hostId === hostId || host.facts?.hostName === hostId),
            ErrorReason.HOST_NOT_FOUND,
          ),
        }),
        updateHost({ hostId }, context) {
          note(context, "UpdateHost", hostId);
          return {};
        },
        drainHost({ hostId }, context) {
          note(context, "DrainHost", hostId);
          return {};
        },
        createEnrollmentToken(_request, context) {
          note(context, "CreateEnrollmentToken");
          return { secret: "enrol-me" };
        },
        async *watchHosts() {
          for (const host of controller.hosts) yield { host };
        },
      });
      router.service(ExperimentService, {
        getExperiment: ({ experimentId }) => ({ experiment: experimentOf(experimentId) }),
        listExperiments: () => ({ experiments: controller.experiments }),
        createExperiment({ name }, context) {
          note(context, "CreateExperiment", name);
          return { experiment: { experimentId: "exp-9", name } };
        },
        startExperiment({ experimentId }, context) {
          note(context, "StartExperiment", experimentId);
          return { experiment: experimentOf(experimentId) };
        },
        promoteExperiment({ experimentId }, context) {
          note(context, "PromoteExperiment", experimentId);
          return { experiment: experimentOf(experimentId) };
        },
      });
      router.service(DeploymentService, {
        getDeployment: ({ deploymentId }) => ({
          deployment: find(
            controller.deployments.find((deployment) => deployment.deploymentId === deploymentId),
            ErrorReason.DEPLOYMENT_NOT_FOUND,
          ),
        }),
        listDeployments: () => ({ deployments: controller.deployments }),
        createDeployment({ name }, context) {
          note(context, "CreateDeployment", name);
          return {};
        },
      });
      router.service(ChangeService, {
        // Nothing ever happens here.
        async *streamChanges({ afterCursor }, { signal }) {
          yield { newestCursor: 7n };
          if (afterCursor > 0n) yield { newestCursor: 7n, changes: [{ cursor: 7n, kind: SubjectKind.HOST }] };
          if (!signal.aborted) await once(signal, "abort");
        },
      });
    },
  };
  return controller;
}
