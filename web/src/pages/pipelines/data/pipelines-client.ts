import { type Client, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { authorize } from "../../../data/authorize.ts";

/** The way for calls that carry a whole file: by POST, as an address holds only a few kilobytes. */
export const fileTransport = createConnectTransport({
  baseUrl: window.location.origin,
  useHttpGet: false,
  interceptors: [authorize],
});

/** The pipelines service for calls that carry a whole file. */
export const pipelineFiles: Client<typeof PipelineService> = createClient(PipelineService, fileTransport);
