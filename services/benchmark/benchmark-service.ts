import type { DescService } from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import { BenchmarkService as Contract } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import type { Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import type { Metrics } from "@phoenix/platform/telemetry";
import { createBenchmarkApi } from "./api/index.ts";
import { shippedBooks } from "./cost/index.ts";
import { createSecondSource, type PrometheusSettings, readPrometheusSettings } from "./second-source/index.ts";
import { createObservationStore, createPriceBookStore, createRetention, createRollupStore } from "./store/index.ts";

/** What the service is given. */
export interface BenchmarkServiceDeps {
  readonly db: Database;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly config?: {
    /** Whole days that observations are kept; default 30. */
    readonly retentionDays?: number | undefined;
    /** The Prometheus-compatible server that the tap is compared with; none without an address. */
    readonly prometheus?: PrometheusSettings | undefined;
  };
  /** Milliseconds since the Unix epoch; default the machine's clock. */
  readonly clock?: () => number;
  /** Who makes a call, as versions of price books name it; default "operator". */
  readonly callerOf?: (context: HandlerContext) => string;
}

/** The service, ready to be put behind a server. */
export interface BenchmarkService extends Service {
  readonly name: "benchmark";
  readonly descriptors: DescService[];
  routes(router: ConnectRouter): void;
}

const defaultRetentionDays = 30;

/**
 * Creates the benchmark service. Starting puts list prices in and begins the retention of observations.
 * @throws PhoenixError INVALID_FIELD when the Prometheus settings are unusable.
 */
export function createBenchmarkService(deps: BenchmarkServiceDeps): BenchmarkService {
  const { db, logger, metrics, config, clock, callerOf } = deps;
  const now = clock ?? Date.now;
  const retentionDays = config?.retentionDays ?? defaultRetentionDays;
  const prometheus = readPrometheusSettings(config?.prometheus ?? {});
  const observations = createObservationStore(db, now);
  const priceBooks = createPriceBookStore(db);
  const retention = createRetention({ db, logger, retentionDays, clock: now });

  const received = metrics.counter({
    name: "phoenix_benchmark_observations_total",
    help: "Observations that came in, by what became of them.",
    labelNames: ["result"],
  });
  const unreadable = metrics.counter({
    name: "phoenix_benchmark_unreadable_sketches_total",
    help: "Sketches that could not be read; their observations were kept without.",
  });
  const api = createBenchmarkApi({
    db,
    observations,
    rollups: createRollupStore(db),
    priceBooks,
    secondSource: prometheus && createSecondSource(prometheus, { clock: now, logger }),
    retentionDays,
    clock: now,
    callerOf: callerOf ?? (() => "operator"),
    count: {
      inserted: (number) => received.inc({ result: "inserted" }, number),
      duplicates: (number) => received.inc({ result: "duplicate" }, number),
      refused(reason) {
        received.inc({ result: reason });
        logger.debug({ reason }, "an observation that can never be kept was dropped");
      },
      unreadableSketch: () => unreadable.inc(),
    },
  });

  return {
    name: "benchmark",
    descriptors: [Contract],
    routes: (router) => void router.service(Contract, api),
    async start() {
      await priceBooks.seed(shippedBooks);
      await retention.start();
    },
    stop: () => retention.stop(),
  };
}
