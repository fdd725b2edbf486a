import type { Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { ArmKpis, BookCost, KpiSeries } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { PhoenixClient } from "../client/phoenix-client.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";

/** Everything a report shows. */
export type ReportData = {
  experiment: Experiment;
  /** Verdicts with their steps and block values. */
  verdicts: Verdict[];
  kpis: ArmKpis[];
  costs: BookCost[];
  assumptions: string[];
  /** Active series of each arm over time. */
  series: KpiSeries[];
};

/** Gathers what a report shows of an experiment, in a few calls. */
export async function gatherReportData(client: PhoenixClient, experimentId: string): Promise<ReportData> {
  const { experiment } = await client.experiments.getExperiment({ experimentId });
  if (experiment === undefined)
    throw new CommandError(`the server gave no experiment ${experimentId}`, exitCodes.internal);
  const warmupWindows = experiment.plan?.warmupWindows ?? 0;
  const [{ verdicts }, { arms }, cost, { series }] = await Promise.all([
    client.analytics.getVerdict({ experimentId }),
    client.benchmark.calculateKpis({ experimentId, warmupWindows }),
    client.benchmark.getCostAnalysis({
      experimentId,
      warmupWindows,
      blockWindows: experiment.plan?.blockWindows ?? 0,
      productionIntervalSeconds: experiment.productionIntervalSeconds,
    }),
    client.benchmark.getKpiSeries({ experimentId, kpis: [Kpi.ACTIVE_SERIES] }),
  ]);
  return { experiment, verdicts, kpis: arms, costs: cost.books, assumptions: cost.assumptions, series };
}
