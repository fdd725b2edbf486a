import {
  type DeletePipelineRequest,
  type DeletePipelineResponse,
  PipelineService,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { deleteVersions, lockPipeline } from "../store/index.ts";
import { answerPrepared } from "./answer-prepared.ts";
import type { PipelineApiDeps } from "./deps.ts";

/**
 * Deletes a draft, or every version of a user's pipeline. What was rendered stays, so hosts that run it
 * notice nothing, and numbers that were given are not given again.
 * @throws PhoenixError PIPELINE_NOT_FOUND; PIPELINE_IN_USE for a pipeline that ships with Phoenix and for a single
 * published version; REQUEST_ID_REUSED.
 */
export async function deletePipelineCall(
  deps: PipelineApiDeps,
  request: DeletePipelineRequest,
): Promise<DeletePipelineResponse> {
  const { name, version } = request;
  const method = PipelineService.method.deletePipeline;
  const refuse = (message: string) =>
    phoenixError(ErrorReason.PIPELINE_IN_USE, message, { metadata: { pipeline: name } });
  // The refusal of what is not there names what is, which needs no transaction.
  const prepare = async () => {
    const [newest] = await deps.pipelines.versions(name, 0, 1);
    if (newest === undefined || version !== 0) await deps.pipelines.get(name, version);
  };
  return await answerPrepared(deps.db, method, request, prepare, async (tx) => {
    const { origin, draft } = await lockPipeline(tx, name);
    if (origin === "catalog") throw refuse(`${name} ships with Phoenix and cannot be deleted.`);
    if (version !== 0 && draft?.version !== version)
      throw refuse(
        `Version ${version} of ${name} is published. A published version goes only with all others: delete ${name} without a version.`,
      );
    return { versions: await deleteVersions(tx, name, version === 0 ? undefined : version) };
  });
}
