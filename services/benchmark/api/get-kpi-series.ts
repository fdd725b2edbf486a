import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { GetKpiSeriesRequest } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { KpiRow } from "../store/index.ts";
import type { BenchmarkApiDeps } from "./deps.ts";
import { timeOf } from "./selection.ts";

/** Where each KPI stands in a row; nothing for a KPI of a newer contract. */
const columnOf: ReadonlyMap<Kpi, Exclude<keyof KpiRow, "variant" | "window_start">> = new Map([
  [Kpi.ACTIVE_SERIES, "active_series"],
  [Kpi.DATA_POINTS, "data_points"],
  [Kpi.OTLP_BYTES, "otlp_bytes"],
  [Kpi.METRIC_NAMES, "metric_names"],
  [Kpi.COLLECTOR_CPU, "collector_cpu"],
  [Kpi.COLLECTOR_RSS, "collector_rss"],
]);

/** KPIs of every arm over time, all of them when none is named; a moment in which one is not known has no point. */
export async function getKpiSeries({ rollups }: BenchmarkApiDeps, request: GetKpiSeriesRequest) {
  const rows = await rollups.kpiRows(request.experimentId, timeOf(request).endMs);
  const wanted = [...columnOf].filter(([kpi]) => request.kpis.length === 0 || request.kpis.includes(kpi));
  return {
    series: [...Map.groupBy(rows, (row) => row.variant)].flatMap(([variant, own]) =>
      wanted.map(([kpi, column]) => ({
        variant,
        kpi,
        points: own.flatMap((row) => {
          const value = row[column];
          return value === null ? [] : [{ windowStart: timestampFromDate(row.window_start), value }];
        }),
      })),
    ),
  };
}
