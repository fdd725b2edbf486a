import { Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { KpiName } from "../verdict/index.ts";

/** The engine's effects as the contract writes them. */
export const kpiOf: Readonly<Record<KpiName, Kpi>> = {
  "active-series": Kpi.ACTIVE_SERIES,
  "data-points": Kpi.DATA_POINTS,
  "otlp-bytes": Kpi.OTLP_BYTES,
  "metric-names": Kpi.METRIC_NAMES,
  "collector-cpu": Kpi.COLLECTOR_CPU,
  "collector-rss": Kpi.COLLECTOR_RSS,
};

const names = new Map((Object.keys(kpiOf) as KpiName[]).map((name) => [kpiOf[name], name]));

/** The engine's word for an effect of the contract, or null for one it does not measure. */
export function kpiNameOf(kpi: Kpi): KpiName | null {
  return names.get(kpi) ?? null;
}
