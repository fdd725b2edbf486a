import { createQueryOptions, useQuery, useTransport } from "@connectrpc/connect-query";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { ExperimentOutcome, ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { useQueries } from "@tanstack/react-query";
import type { Promotion } from "./fleet-cost.ts";

/** Promotions that are priced, the newest first. */
const most = 20;

/** The promotions that stand, each with its prices under a book; all are there once `ready`. */
export function usePromotions(book: string): { promotions: Promotion[]; ready: boolean; error: unknown } {
  const transport = useTransport();
  const list = useQuery(ExperimentService.method.listExperiments, {
    pageSize: 200,
    phases: [ExperimentPhase.COMPLETED],
  });
  const promoted = (list.data?.experiments ?? [])
    .filter(({ outcome }) => outcome === ExperimentOutcome.PROMOTED)
    .slice(0, most);
  const costs = useQueries({
    queries: promoted.map(({ experimentId, measureTime, endTime, plan, productionIntervalSeconds }) => ({
      ...createQueryOptions(
        BenchmarkService.method.getCostAnalysis,
        {
          experimentId,
          books: [book],
          warmupWindows: plan?.warmupWindows ?? 0,
          blockWindows: plan?.blockWindows ?? 0,
          productionIntervalSeconds,
          ...(measureTime && { startTime: measureTime }),
          ...(endTime && { endTime }),
        },
        { transport },
      ),
      enabled: book !== "",
      // What was measured does not change any more.
      staleTime: 5 * 60_000,
      refetchInterval: false as const,
    })),
  });
  return {
    promotions: promoted.flatMap((experiment, place) => {
      const cost = costs[place]?.data?.books[0];
      return cost === undefined ? [] : [{ experiment, cost }];
    }),
    ready: list.data !== undefined && costs.every(({ data, error }) => data !== undefined || error !== null),
    error: list.error ?? costs.find(({ error }) => error !== null)?.error ?? null,
  };
}
