import { timestampMs } from "@bufbuild/protobuf/wkt";
import { skipToken, useQuery } from "@connectrpc/connect-query";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { live } from "../../../data/live.ts";
import { countedTime } from "../figures.ts";

const { calculateKpis, getCostAnalysis, getKpiSeries, getTopContributors, compareSources } = BenchmarkService.method;

/** The last windows of an experiment arrive after its end, and no event tells of them: for so long, in ms. */
const lateMs = 60_000;

/** Keeps what is shown while it is read anew, and reads on by itself for a while after the end. */
function optionsOf({ endTime }: Experiment) {
  return {
    placeholderData: keepPreviousData,
    refetchInterval: () => {
      const isLate = endTime !== undefined && Date.now() - timestampMs(endTime) < lateMs;
      return isLate || live.get().state !== "live" ? 5_000 : (false as const);
    },
  };
}

/** What counts of an experiment's windows; nothing until all its arms run. */
function counted(experiment: Experiment) {
  const { experimentId, measureTime, plan } = experiment;
  if (measureTime === undefined) return undefined;
  return { experimentId, ...countedTime(experiment), warmupWindows: plan?.warmupWindows ?? 0 };
}

/** The key figures of every arm. */
export function useKpis(experiment: Experiment) {
  return useQuery(calculateKpis, counted(experiment) ?? skipToken, optionsOf(experiment));
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
  return useQuery(getCostAnalysis, request ?? skipToken, optionsOf(experiment));
}

/** The KPIs of every arm over time. */
export function useSeries(experiment: Experiment) {
  const { experimentId, measureTime, endTime } = experiment;
  const request = measureTime === undefined ? skipToken : { experimentId, ...(endTime && { endTime }) };
  return useQuery(getKpiSeries, request, optionsOf(experiment));
}

/** Where the series of every arm come from. */
export function useContributors(experiment: Experiment) {
  const { experimentId, measureTime } = experiment;
  const request = measureTime === undefined ? skipToken : { experimentId, ...countedTime(experiment), limit: 10 };
  return useQuery(getTopContributors, request, optionsOf(experiment));
}

/** The tap against a second source. */
export function useSources(experiment: Experiment) {
  const { experimentId, measureTime } = experiment;
  return useQuery(
    compareSources,
    measureTime === undefined ? skipToken : { experimentId, ...countedTime(experiment) },
    optionsOf(experiment),
  );
}
