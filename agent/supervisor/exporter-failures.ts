import { askCollector } from "./ask-collector.ts";

/** The collector's own counters of points that went nowhere; newer and older exporters add or omit `_total`. */
const counters = new Set([
  "otelcol_exporter_send_failed_metric_points",
  "otelcol_exporter_enqueue_failed_metric_points",
  "otelcol_receiver_refused_metric_points",
]);
const sample = /^([A-Za-z_:][\w:]*?)(?:_total)?(?:\{.*\})? ([^ ]+)/;

/**
 * Metric points that a collector could not deliver since it was started: failed to send, not
 * enqueued, or refused to a receiver. Null when it does not say.
 */
export async function readExporterFailures(metricsPort: number): Promise<number | null> {
  const answer = await askCollector(metricsPort, "/metrics", 2_000);
  return answer?.ok ? sumFailures(answer.text) : null;
}

/** Adds up the failure counters in Prometheus text. */
export function sumFailures(text: string): number {
  let sum = 0;
  for (const line of text.split("\n")) {
    const [, name = "", value = ""] = sample.exec(line) ?? [];
    if (!counters.has(name)) continue;
    const points = Number(value);
    if (Number.isFinite(points)) sum += points;
  }
  return sum;
}
