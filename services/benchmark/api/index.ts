import type { ServiceImpl } from "@connectrpc/connect";
import type { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { calculateKpis } from "./calculate-kpis.ts";
import { compareSources } from "./compare-sources.ts";
import type { BenchmarkApiDeps } from "./deps.ts";
import { getCostAnalysis } from "./get-cost-analysis.ts";
import { getKpiSeries } from "./get-kpi-series.ts";
import { getPanel } from "./get-panel.ts";
import { listPriceBooks } from "./price-books.ts";
import { recordObservations } from "./record-observations.ts";

export type { BenchmarkApiDeps } from "./deps.ts";

/** The benchmark's contract: one file for each call, messages on the outside, rooms on the inside. */
export function createBenchmarkApi(deps: BenchmarkApiDeps): ServiceImpl<typeof BenchmarkService> {
  return {
    recordObservations: (request) => recordObservations(deps, request),
    getPanel: (request) => getPanel(deps, request),
    calculateKpis: (request) => calculateKpis(deps, request),
    getCostAnalysis: (request) => getCostAnalysis(deps, request),
    compareSources: (request) => compareSources(deps, request),
    listPriceBooks: (request) => listPriceBooks(deps, request),
    getKpiSeries: (request) => getKpiSeries(deps, request),
  };
}
