import type { DescService } from "@bufbuild/protobuf";
import type { Client, ConnectRouter } from "@connectrpc/connect";
import { AnalyticsService as Contract } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import type { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import type { Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import type { Metrics } from "@phoenix/platform/telemetry";
import { createAnalyst } from "./analysis/index.ts";
import { createAnalyticsApi } from "./api/index.ts";
import { createCertificateKeys, createCertificateStore } from "./certificates/index.ts";
import { createSummaryStore } from "./summaries/index.ts";

/** What the service is given. */
export interface AnalyticsServiceDeps {
  readonly db: Database;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clients: { readonly benchmark: Client<typeof BenchmarkService> };
  readonly config?: {
    /** Time between two looks of a watcher while nothing notifies it, in milliseconds; default 1,000. */
    readonly pollMs?: number | undefined;
  };
  /** Milliseconds since the Unix epoch; default the machine's clock. */
  readonly clock?: () => number;
}

/** The service, ready to be put behind a server. */
export interface AnalyticsService extends Service {
  readonly name: "analytics";
  readonly descriptors: DescService[];
  routes(router: ConnectRouter): void;
}

const defaultPollMs = 1000;

/** Creates the analytics service. It works only when called; stopping ends the streams of watchers. */
export function createAnalyticsService(deps: AnalyticsServiceDeps): AnalyticsService {
  const stopping = new AbortController();
  const verdicts = deps.metrics.counter({
    name: "phoenix_analytics_verdicts_total",
    help: "Verdicts made, by decision.",
    labelNames: ["decision"],
  });
  const api = createAnalyticsApi({
    analyst: createAnalyst(),
    summaries: createSummaryStore(deps.db),
    certificates: createCertificateStore(deps.db),
    certificateKeys: createCertificateKeys(deps.db),
    benchmark: deps.clients.benchmark,
    logger: deps.logger,
    clock: deps.clock ?? Date.now,
    pollMs: deps.config?.pollMs ?? defaultPollMs,
    stopping: stopping.signal,
    onVerdict: (decision) => verdicts.inc({ decision }),
  });
  return {
    name: "analytics",
    descriptors: [Contract],
    routes: (router) => void router.service(Contract, api),
    // Nothing runs between calls; open streams end when they notice.
    start: () => Promise.resolve(),
    stop: async () => stopping.abort(),
  };
}
