import type { GetTopContributorsRequest } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { BenchmarkApiDeps } from "./deps.ts";
import { timeOf } from "./selection.ts";
import { contributorMessage } from "./window-message.ts";

const defaultLimit = 10;

/** The metrics and attributes that make the series of each arm; arms of which it was never counted are absent. */
export async function getTopContributors({ rollups }: BenchmarkApiDeps, request: GetTopContributorsRequest) {
  const { experimentId, limit } = request;
  const arms = await rollups.contributors(experimentId, timeOf(request), limit || defaultLimit);
  return {
    arms: arms.map(({ variant, windows, metrics, attributes }) => ({
      variant,
      windows,
      metrics: metrics.map(contributorMessage),
      attributes: attributes.map(contributorMessage),
    })),
  };
}
