import {
  type CreatePipelineVersionRequest,
  type CreatePipelineVersionResponse,
  PipelineService,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { type Finding, hasError } from "@phoenix/validation";
import { type LockedPipeline, lockPipeline, putVersion, type StoredPipeline } from "../store/index.ts";
import { answerPrepared } from "./answer-prepared.ts";
import { type Checked, checkFile } from "./check-subject.ts";
import type { PipelineApiDeps } from "./deps.ts";
import { findingMessage, pipelineMessage } from "./messages.ts";
import { refusalOf } from "./refuse-invalid.ts";

/**
 * Stores a version from a file, as a draft or published. A file with errors can be a draft as long as it is
 * a pipeline file; one that says what the newest published version says is not stored again. With
 * `validate_only` nothing is stored and nothing of the file is refused: the findings tell.
 * @throws PhoenixError INVALID_FIELD or COLLECTOR_REFUSED_CONFIG with the errors and their places; PIPELINE_IN_USE
 * for the name of a pipeline that ships with Phoenix; REQUEST_ID_REUSED.
 */
export async function createVersionCall(
  deps: PipelineApiDeps,
  request: CreatePipelineVersionRequest,
  author: string,
): Promise<CreatePipelineVersionResponse> {
  const method = PipelineService.method.createPipelineVersion;
  const prepare = () => checkFile(deps, request.pipelineFile);
  return await answerPrepared(deps.db, method, request, prepare, async (tx, checked) => {
    const { definition, findings } = checked;
    const answer = (pipeline: StoredPipeline | undefined, found: readonly Finding[] = findings) => ({
      ...(pipeline && { pipeline: pipelineMessage(pipeline) }),
      findings: found.map(findingMessage),
    });
    if (!request.validateOnly) refuseErrors(checked, request.publish);
    if (!definition) return answer(undefined);
    const locked = await lockPipeline(tx, definition.name);
    if (locked.origin === "catalog") throw shippedName(definition.name);
    const known = sameText(locked, request.pipelineFile);
    if (known) return answer(known, [...findings, alreadyPublished(known)]);
    const next = {
      name: definition.name,
      version: locked.draft?.version ?? locked.nextVersion,
      template: request.pipelineFile,
      state: hasError(findings)
        ? ("draft" as const)
        : request.publish
          ? ("published" as const)
          : ("validated" as const),
      author,
      readme: request.readme,
    };
    if (request.validateOnly) return answer({ ...next, origin: "user", createdAt: deps.clock() });
    return answer(await putVersion(tx, next));
  });
}

function refuseErrors({ definition, findings }: Checked, publish: boolean): void {
  if (!definition) throw refusalOf("This is no pipeline file", findings);
  if (publish && hasError(findings)) throw refusalOf(`${definition.name} cannot be published`, findings);
}

function shippedName(name: string): Error {
  const message = `${name} ships with Phoenix and changes only with it. Give your own pipeline another name.`;
  return phoenixError(ErrorReason.PIPELINE_IN_USE, message, { metadata: { pipeline: name } });
}

/** A draft in the way means that somebody is at work on something else, so the text then counts as new. */
function sameText({ newestPublished, draft }: LockedPipeline, text: string): StoredPipeline | undefined {
  return draft === undefined && newestPublished?.template === text ? newestPublished : undefined;
}

function alreadyPublished({ version }: StoredPipeline): Finding {
  return {
    severity: "info",
    rule: "already-published",
    path: "",
    line: 0,
    column: 0,
    message: `Version ${version} is published and has exactly this text; nothing was stored.`,
    suggestion: "",
  };
}
