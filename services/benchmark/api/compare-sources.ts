import { Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { CompareSourcesRequest } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { BenchmarkApiDeps } from "./deps.ts";
import { beforeMoment, readAllWindows } from "./read-windows.ts";
import { timeOf } from "./selection.ts";

const kpiOf = {
  activeSeries: Kpi.ACTIVE_SERIES,
  dataPoints: Kpi.DATA_POINTS,
  metricNames: Kpi.METRIC_NAMES,
} as const;

/** Compares the tap's key figures with a second source's, where an operator has named one. */
export async function compareSources(
  deps: Pick<BenchmarkApiDeps, "secondSource" | "observations">,
  request: CompareSourcesRequest,
) {
  const { secondSource, observations } = deps;
  if (secondSource === undefined) {
    const detail =
      "There is no second source: name a Prometheus-compatible server with --prometheus-url, and where collectors write to it with --remote-write-url.";
    return { configured: false, comparisons: [], detail };
  }
  const { experimentId } = request;
  const { startMs, endMs } = timeOf(request);
  const read = () => readAllWindows(observations, experimentId, { from: beforeMoment(startMs), endMs });
  const { comparisons, detail } = await secondSource.compare(experimentId, `${startMs} ${endMs}`, read);
  return {
    configured: true,
    detail,
    comparisons: comparisons.map(({ field, ...comparison }) => ({ ...comparison, kpi: kpiOf[field] })),
  };
}
