/**
 * The second source: the same key figures asked of a Prometheus-compatible
 * server by PromQL, beside the tap's. Promises: only aggregates are fetched,
 * every request is bounded in time, size and number, a value never becomes part
 * of a query unescaped, and a server that fails is a sentence, not an error.
 *
 * settings: what an operator says · selector: values as PromQL · queries: what is asked ·
 * prometheus-client: asking · choose-windows, compare-arm: pure · second-source: all of it, cached.
 */

export { createSecondSource, type SecondSource } from "./second-source.ts";
export { type PrometheusSettings, readPrometheusSettings } from "./settings.ts";
