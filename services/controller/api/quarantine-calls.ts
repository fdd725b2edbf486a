import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { clearQuarantine, listQuarantine } from "../fleet/index.ts";
import { answerOnce } from "./answer-once.ts";
import { cutPage, keyOfPageToken, pageSizeOf, pageTokenFor } from "./page-token.ts";

type QuarantineCalls = Pick<ServiceImpl<typeof DeploymentService>, "listQuarantinedConfigs" | "clearQuarantinedConfig">;

const list = "quarantined-configs";

/** The calls about configurations that failed. */
export function createQuarantineCalls({ db }: { db: Database }): QuarantineCalls {
  return {
    async listQuarantinedConfigs(request) {
      const pageSize = pageSizeOf(request.pageSize);
      const behind = keyOfPageToken(list, request.pageToken);
      const { page, last } = cutPage(await listQuarantine(db, behind, pageSize + 1), pageSize);
      return {
        configs: page.map(({ configDigest, pipeline, reason, createdAt }) => ({
          configDigest,
          pipeline,
          reason,
          createTime: timestampFromDate(createdAt),
        })),
        nextPageToken: last === undefined ? "" : pageTokenFor(list, last.key),
      };
    },
    async clearQuarantinedConfig(request) {
      return answerOnce(db, DeploymentService.method.clearQuarantinedConfig, request, async (tx) => {
        if (await clearQuarantine(tx, request.configDigest)) return {};
        throw phoenixError(
          ErrorReason.CONFIG_NOT_FOUND,
          `The configuration ${request.configDigest.slice(0, 12)} is not quarantined. List the ones that are.`,
          { metadata: { configDigest: request.configDigest } },
        );
      });
    },
  };
}
