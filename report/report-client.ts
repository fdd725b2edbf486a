import type { Client } from "@connectrpc/connect";
import type { AnalyticsService } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import type { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";

/** The services a comparison is gathered from. */
export type ReportClient = {
  readonly experiments: Client<typeof ExperimentService>;
  readonly benchmark: Client<typeof BenchmarkService>;
  readonly analytics: Client<typeof AnalyticsService>;
};
