import { create } from "@bufbuild/protobuf";
import {
  type ListPipelinesRequest,
  type ListPipelinesResponse,
  ListPipelinesResponseSchema,
  type ListPipelineVersionsRequest,
  type ListPipelineVersionsResponse,
  ListPipelineVersionsResponseSchema,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import type { PipelineStore, StoredPipeline } from "../store/index.ts";
import { listedPipelineMessage } from "./messages.ts";
import { readPageToken, writePageToken } from "./page-token.ts";

const defaultPageSize = 50;

/** Lists pipelines by name. Throws INVALID_PAGE_TOKEN. */
export async function listPipelinesCall(
  pipelines: PipelineStore,
  { pageSize, pageToken }: ListPipelinesRequest,
): Promise<ListPipelinesResponse> {
  const size = pageSize || defaultPageSize;
  const { page, last } = pageOf(await pipelines.list(readPageToken("pipelines", pageToken), size + 1), size);
  return create(ListPipelinesResponseSchema, {
    pipelines: page.map(listedPipelineMessage),
    nextPageToken: last ? writePageToken("pipelines", last.name) : "",
  });
}

/** Lists the versions of a pipeline, newest first. Throws PIPELINE_NOT_FOUND, INVALID_PAGE_TOKEN. */
export async function listVersionsCall(
  pipelines: PipelineStore,
  { name, pageSize, pageToken }: ListPipelineVersionsRequest,
): Promise<ListPipelineVersionsResponse> {
  const size = pageSize || defaultPageSize;
  const list = `versions of ${name}`;
  const below = Number(readPageToken(list, pageToken, /^[1-9]\d{0,8}$/));
  const { page, last } = pageOf(await pipelines.versions(name, below, size + 1), size);
  // A pipeline that is not there is refused by the look-up, with the names of those that are.
  if (page.length === 0 && pageToken === "") await pipelines.get(name, 0);
  return create(ListPipelineVersionsResponseSchema, {
    pipelines: page.map(listedPipelineMessage),
    nextPageToken: last ? writePageToken(list, String(last.version)) : "",
  });
}

/** Cuts what was read to a page; `last` is what the next page comes after, where there is one. */
function pageOf(found: StoredPipeline[], size: number) {
  const page = found.slice(0, size);
  return { page, last: found.length > size ? page.at(-1) : undefined };
}
