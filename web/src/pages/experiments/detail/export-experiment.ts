import { toJson } from "@bufbuild/protobuf";
import { createClient, type Transport } from "@connectrpc/connect";
import { AnalyticsService } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { KpiSeriesSchema } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { gatherReportData, renderReport, reportDocument } from "@phoenix/report";
import { version } from "../../../../package.json";

/** What an experiment can be saved as: its figures as JSON, or the report as one HTML page. */
export type ExportFormat = "json" | "html";

/**
 * An experiment as the text of a file. The page is the one that `phoenix experiment compare -o html`
 * makes; the JSON is that of `phoenix experiment export` without panel, events and certificates.
 */
export async function exportExperiment(
  transport: Transport,
  experimentId: string,
  format: ExportFormat,
): Promise<string> {
  const client = {
    experiments: createClient(ExperimentService, transport),
    benchmark: createClient(BenchmarkService, transport),
    analytics: createClient(AnalyticsService, transport),
  };
  if (format === "html") return renderReport(await gatherReportData(client, experimentId), version);
  const data = await gatherReportData(client, experimentId, { figuresOnly: true });
  const { series } = await client.benchmark.getKpiSeries({ experimentId });
  const document = {
    layout: "phoenix.experiment/v1",
    exportTime: new Date().toISOString(),
    phoenixVersion: version,
    ...reportDocument(data),
    ...(series.length > 0 && { kpiSeries: series.map((one) => toJson(KpiSeriesSchema, one)) }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
