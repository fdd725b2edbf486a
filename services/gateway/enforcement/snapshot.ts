import type { DescMessage, Message } from "@bufbuild/protobuf";
import { DeploymentSchema } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { ExperimentSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { HostSchema } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { ApiTokenSchema, UserSchema } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import { Code, fromConnectError } from "@phoenix/platform/errors";
import type { ScopeClients } from "../access/index.ts";
import { getUser, userMessage } from "../accounts/index.ts";
import { describeMessage } from "../audit/index.ts";
import { getToken, tokenMessage } from "../tokens/index.ts";

/** What a request is about, as it is before the call, as JSON; empty where there is nothing yet. */
export type Snapshot = (request: Message) => Promise<string>;

/** Creates the look at what is there before a call. */
export function createSnapshot(db: Queryable, clients: ScopeClients): Snapshot {
  const looks: readonly (readonly [field: string, look: (id: string) => Promise<string>])[] = [
    [
      "experimentId",
      async (experimentId) =>
        describe(ExperimentSchema, (await clients.experiments.getExperiment({ experimentId })).experiment),
    ],
    [
      "deploymentId",
      async (deploymentId) =>
        describe(DeploymentSchema, (await clients.deployments.getDeployment({ deploymentId })).deployment),
    ],
    ["hostId", async (hostId) => describe(HostSchema, (await clients.fleet.getHost({ hostId })).host)],
    ["userId", async (userId) => describe(UserSchema, userMessage(await getUser(db, userId)))],
    [
      "tokenId",
      async (tokenId) =>
        tokenId.startsWith("tok-") ? describe(ApiTokenSchema, tokenMessage(await getToken(db, tokenId))) : "",
    ],
  ];
  return async (request) => {
    const fields = request as Message & Record<string, unknown>;
    for (const [field, look] of looks) {
      const id = fields[field];
      if (typeof id !== "string" || id === "") continue;
      try {
        return await look(id);
      } catch (error) {
        // What is not there, or has no such id, has no state before; the call itself says so.
        const { code } = fromConnectError(error);
        if (code === Code.NotFound || code === Code.InvalidArgument) return "";
        throw error;
      }
    }
    return "";
  };
}

function describe(desc: DescMessage, message: Message | undefined): string {
  return message === undefined ? "" : describeMessage(desc, message);
}
