import {
  PipelineService,
  type PublishPipelineVersionRequest,
  type PublishPipelineVersionResponse,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { hasError } from "@phoenix/validation";
import { lockPipeline, type StoredPipeline, setVersionState } from "../store/index.ts";
import { answerPrepared } from "./answer-prepared.ts";
import { checkFile } from "./check-subject.ts";
import type { PipelineApiDeps } from "./deps.ts";
import { findingMessage, pipelineMessage } from "./messages.ts";
import { refusalOf } from "./refuse-invalid.ts";

/**
 * Checks a draft in every layer and offers it.
 * @throws PhoenixError PIPELINE_NOT_FOUND without such a draft; PIPELINE_IN_USE for a version that is published;
 * INVALID_FIELD or COLLECTOR_REFUSED_CONFIG with the errors; ETAG_MISMATCH when it was replaced meanwhile; REQUEST_ID_REUSED.
 */
export async function publishVersionCall(
  deps: PipelineApiDeps,
  request: PublishPipelineVersionRequest,
): Promise<PublishPipelineVersionResponse> {
  const method = PipelineService.method.publishPipelineVersion;
  const prepare = async () => {
    const draft = await findDraft(deps, request);
    return { draft, ...(await checkFile(deps, draft.template)) };
  };
  return await answerPrepared(deps.db, method, request, prepare, async (tx, { draft, findings }) => {
    if (hasError(findings)) throw refusalOf(`Version ${draft.version} of ${draft.name} cannot be published`, findings);
    const locked = await lockPipeline(tx, draft.name);
    if (locked.draft?.version !== draft.version || locked.draft.template !== draft.template) {
      const message = `The draft of ${draft.name} was replaced or published while it was checked. Look at it and publish again.`;
      throw phoenixError(ErrorReason.ETAG_MISMATCH, message, { metadata: { pipeline: draft.name } });
    }
    const published = await setVersionState(tx, locked.draft, "published");
    return { pipeline: pipelineMessage(published), findings: findings.map(findingMessage) };
  });
}

async function findDraft(
  { pipelines }: PipelineApiDeps,
  { name, version }: PublishPipelineVersionRequest,
): Promise<StoredPipeline> {
  const [newest] = version === 0 ? await pipelines.versions(name, 0, 1) : [];
  const found = newest ?? (await pipelines.get(name, version));
  if (found.state !== "published") return found;
  const message =
    version === 0
      ? `${name} has no draft; version ${found.version} is the newest, and published.`
      : `Version ${version} of ${name} is published already.`;
  throw phoenixError(ErrorReason.PIPELINE_IN_USE, message, { metadata: { pipeline: name } });
}
