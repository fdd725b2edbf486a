import type { CounterConfiguration, GaugeConfiguration, HistogramConfiguration } from "prom-client";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { rpcDurationBuckets } from "./rpc-metrics.ts";

/** The metrics of a process. */
export interface Metrics {
  /** Where everything is registered. */
  readonly registry: Registry;
  /** Durations of served calls, in seconds. */
  readonly rpcDuration: Histogram<"service" | "method" | "code">;
  /** Makes a counter in the registry. */
  counter<L extends string>(options: CounterConfiguration<L>): Counter<L>;
  /** Makes a gauge in the registry. */
  gauge<L extends string>(options: GaugeConfiguration<L>): Gauge<L>;
  /** Makes a histogram in the registry. */
  histogram<L extends string>(options: HistogramConfiguration<L>): Histogram<L>;
  /** Media type of {@link Metrics.text}. */
  readonly contentType: string;
  /** Every metric, as a scraper reads it. */
  text(): Promise<string>;
}

/** What is measured besides what parts register. */
export interface MetricsOptions {
  /** CPU, memory, event loop and garbage collection of the process; default true. */
  processMetrics?: boolean;
}

/** Creates the registry of a process. */
export function createMetrics({ processMetrics = true }: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  if (processMetrics) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    rpcDuration: new Histogram({
      name: "phoenix_rpc_duration_seconds",
      help: "Time from the start of a served call to its end, by its canonical code.",
      labelNames: ["service", "method", "code"],
      buckets: [...rpcDurationBuckets],
      registers,
    }),
    counter: (options) => new Counter({ ...options, registers }),
    gauge: (options) => new Gauge({ ...options, registers }),
    histogram: (options) => new Histogram({ ...options, registers }),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
