import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { GetTopContributorsRequest } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { BenchmarkApiDeps } from "./deps.ts";
import { contributorMessage } from "./window-message.ts";

const defaultLimit = 10;

/** The metrics and attributes that make the series of each arm; arms of which it was never counted are absent. */
export async function getTopContributors({ rollups }: BenchmarkApiDeps, request: GetTopContributorsRequest) {
  const { experimentId, startTime, limit } = request;
  const startMs = startTime === undefined ? 0 : timestampMs(startTime);
  const arms = await rollups.contributors(experimentId, startMs, limit || defaultLimit);
  return {
    arms: arms.map(({ variant, windows, metrics, attributes }) => ({
      variant,
      windows,
      metrics: metrics.map(contributorMessage),
      attributes: attributes.map(contributorMessage),
    })),
  };
}
