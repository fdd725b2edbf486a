import type { ArmPanel } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import type { GetPanelRequest } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { ReportClient } from "./report-client.ts";

/** All windows of an experiment, answer by answer: the windows of an arm go on in a later answer. */
export async function* panelPages(
  client: Pick<ReportClient, "benchmark">,
  request: Pick<GetPanelRequest, "experimentId"> & Partial<Pick<GetPanelRequest, "startTime">>,
  call: { signal?: AbortSignal } = {},
): AsyncGenerator<ArmPanel[]> {
  let pageToken = "";
  do {
    const answer = await client.benchmark.getPanel({ ...request, pageToken }, call);
    yield answer.arms;
    pageToken = answer.nextPageToken;
  } while (pageToken !== "");
}
