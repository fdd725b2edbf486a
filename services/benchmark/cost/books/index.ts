import type { Formula } from "../price-book.ts";
import { amazonManagedPrometheus } from "./amazon-managed-prometheus.ts";
import { azureMonitorPrometheus } from "./azure-monitor-prometheus.ts";
import { cloudwatchOtel } from "./cloudwatch-otel.ts";
import { datadogCustomMetrics } from "./datadog-custom-metrics.ts";
import { googleManagedPrometheus } from "./google-managed-prometheus.ts";
import { grafanaCloudPro } from "./grafana-cloud-pro.ts";
import { newRelicData } from "./new-relic-data.ts";
import { signozCloud } from "./signoz-cloud.ts";

/** Every vendor with a public price, by name of the formula. */
export const formulas: ReadonlyMap<string, Formula> = new Map(
  [
    amazonManagedPrometheus,
    azureMonitorPrometheus,
    cloudwatchOtel,
    datadogCustomMetrics,
    googleManagedPrometheus,
    grafanaCloudPro,
    newRelicData,
    signozCloud,
  ].map((formula) => [formula.name, formula]),
);
