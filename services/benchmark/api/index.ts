import type { ServiceImpl } from "@connectrpc/connect";
import type { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { applyPriceBook } from "./apply-price-book.ts";
import { calculateKpis } from "./calculate-kpis.ts";
import { compareSources } from "./compare-sources.ts";
import { deletePriceBook } from "./delete-price-book.ts";
import type { BenchmarkApiDeps } from "./deps.ts";
import { getCostAnalysis } from "./get-cost-analysis.ts";
import { getKpiSeries } from "./get-kpi-series.ts";
import { getPanel } from "./get-panel.ts";
import { getPriceBook } from "./get-price-book.ts";
import { getTopContributors } from "./get-top-contributors.ts";
import { listPriceBooks } from "./list-price-books.ts";
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
    getTopContributors: (request) => getTopContributors(deps, request),
    getPriceBook: (request) => getPriceBook(deps, request),
    applyPriceBook: (request, context) => applyPriceBook(deps, request, deps.callerOf(context)),
    deletePriceBook: (request) => deletePriceBook(deps, request),
    listPriceBooks: (request) => listPriceBooks(deps, request),
    getKpiSeries: (request) => getKpiSeries(deps, request),
  };
}
