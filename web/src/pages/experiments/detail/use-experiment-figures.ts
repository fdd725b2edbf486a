import { skipToken, useQuery } from "@connectrpc/connect-query";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { countedTime } from "../figures.ts";

const { calculateKpis, getCostAnalysis, getKpiSeries, getTopContributors, compareSources } = BenchmarkService.method;
const options = { placeholderData: keepPreviousData };

/** What counts of an experiment's windows; nothing until all its arms run. */
function counted(experiment: Experiment) {
  const { experimentId, measureTime, plan } = experiment;
  if (measureTime === undefined) return undefined;
  return { experimentId, ...countedTime(experiment), warmupWindows: plan?.warmupWindows ?? 0 };
}

/** The key figures of every arm. */
export function useKpis(experiment: Experiment) {
  return useQuery(calculateKpis, counted(experiment) ?? skipToken, options);
}

/** What every arm would cost, under all price books. */
export function useCosts(experiment: Experiment, fleetHosts = 0) {
  const time = counted(experiment);
  const request = time && {
    ...time,
    blockWindows: experiment.plan?.blockWindows ?? 0,
    productionIntervalSeconds: experiment.productionIntervalSeconds,
    fleetHosts,
  };
  return useQuery(getCostAnalysis, request ?? skipToken, options);
}

/** The KPIs of every arm over time. */
export function useSeries(experiment: Experiment) {
  const { experimentId, measureTime, endTime } = experiment;
  const request = measureTime === undefined ? skipToken : { experimentId, ...(endTime && { endTime }) };
  return useQuery(getKpiSeries, request, options);
}

/** Where the series of every arm come from. */
export function useContributors(experiment: Experiment) {
  const { experimentId, measureTime } = experiment;
  const request = measureTime === undefined ? skipToken : { experimentId, ...countedTime(experiment), limit: 10 };
  return useQuery(getTopContributors, request, options);
}

/** The tap against a second source. */
export function useSources(experiment: Experiment) {
  const { experimentId, measureTime } = experiment;
  return useQuery(
    compareSources,
    measureTime === undefined ? skipToken : { experimentId, ...countedTime(experiment) },
    options,
  );
}
