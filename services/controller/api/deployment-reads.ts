import { create, toBinary } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { type Deployment, DeploymentSchema } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import type { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import {
  findDeployment,
  getDeployment,
  getVersions,
  listDeployments,
  listHostViews,
  listVersions,
  readDeploymentEvents,
} from "../deployments/index.ts";
import {
  deploymentHostMessage,
  readDeploymentMessage,
  readDeploymentMessages,
  storedDrift,
  versionMessage,
} from "./deployment-message.ts";
import type { DeploymentServiceOptions } from "./deployment-service.ts";
import { cutPage, keyOfPageToken, numberOfPageToken, pageSizeOf, pageTokenFor } from "./page-token.ts";

type ReadCalls = Pick<
  ServiceImpl<typeof DeploymentService>,
  "getDeployment" | "listDeployments" | "listDeploymentHosts" | "listDeploymentVersions" | "watchDeployment"
>;

/** Most events of one answer of a watch. */
const eventsPerAnswer = 200;

/** The calls that read deployments. */
export function createDeploymentReads(options: DeploymentServiceOptions): ReadCalls {
  const { db, feed, settings } = options;
  return {
    async getDeployment({ deploymentId }) {
      return { deployment: await readDeploymentMessage(db, await getDeployment(db, deploymentId), settings) };
    },

    async listDeployments(request) {
      const pageSize = pageSizeOf(request.pageSize);
      // A token goes with its filter: behind another one it would skip deployments.
      const list = `deployments/${request.pipeline}`;
      const after = keyOfPageToken(list, request.pageToken);
      const rows = await listDeployments(db, { pipeline: request.pipeline, after }, pageSize + 1);
      const { page, last } = cutPage(rows, pageSize);
      return {
        deployments: await readDeploymentMessages(db, page, settings),
        nextPageToken: last === undefined ? "" : pageTokenFor(list, last.name),
      };
    },

    async listDeploymentHosts(request) {
      const { deploymentId } = await getDeployment(db, request.deploymentId);
      const pageSize = pageSizeOf(request.pageSize);
      const drift = request.drift.flatMap((state) => storedDrift(state) ?? []);
      const list = `deployment-hosts/${deploymentId}/${drift.join()}`;
      const after = keyOfPageToken(list, request.pageToken);
      const { page, last } = cutPage(await listHostViews(db, deploymentId, { drift, after }, pageSize + 1), pageSize);
      const versions = await getVersions(db, deploymentId, [...new Set(page.map((host) => host.appliedVersion))]);
      return {
        hosts: page.map((host) => deploymentHostMessage(host, versions, settings)),
        nextPageToken: last === undefined ? "" : pageTokenFor(list, last.hostName),
      };
    },

    async listDeploymentVersions(request) {
      const { deploymentId } = await getDeployment(db, request.deploymentId);
      const pageSize = pageSizeOf(request.pageSize);
      const list = `deployment-versions/${deploymentId}`;
      const token = numberOfPageToken(list, request.pageToken);
      const before = token === null ? null : Number(token);
      const { page, last } = cutPage(await listVersions(db, deploymentId, before, pageSize + 1), pageSize);
      return {
        versions: page.map(versionMessage),
        nextPageToken: last === undefined ? "" : pageTokenFor(list, String(last.version)),
      };
    },

    async *watchDeployment(request, context) {
      const { deploymentId } = await getDeployment(db, request.deploymentId);
      let sent = request.afterSequence;
      let seen = "";
      for await (const _turn of feed.turns(deploymentId, context.signal)) {
        for (;;) {
          const record = await findDeployment(db, deploymentId);
          const events = await readDeploymentEvents(db, deploymentId, sent, eventsPerAnswer);
          // It is gone once its last events were told.
          if (record === null) {
            if (events.length === 0) return;
            yield { events };
          } else {
            const deployment = await readDeploymentMessage(db, record, settings);
            const now = fingerprintOf(deployment);
            if (now !== seen || events.length > 0) yield now === seen ? { events } : { deployment, events };
            seen = now;
          }
          sent = events.at(-1)?.sequence ?? sent;
          if (events.length < eventsPerAnswer) break;
        }
      }
    },
  };
}

/** Differs when a deployment differs; figures move all the time and are news once they are there. */
function fingerprintOf(deployment: Deployment): string {
  const { figures: _figures, ...rest } = deployment;
  const known =
    deployment.figures === undefined ? "" : `/${deployment.figures.hosts}/${deployment.figures.oldestTime?.seconds}`;
  return Buffer.from(toBinary(DeploymentSchema, create(DeploymentSchema, rest))).toString("base64") + known;
}
