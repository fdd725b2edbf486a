import { askCollector } from "./ask-collector.ts";

/** Points that went nowhere: failed to send, not enqueued, or refused to a receiver. */
export const failureCounters: ReadonlySet<string> = new Set([
  "otelcol_exporter_send_failed_metric_points",
  "otelcol_exporter_enqueue_failed_metric_points",
  "otelcol_receiver_refused_metric_points",
]);

/** Points that receivers brought in, before any processor. */
export const inputCounters: ReadonlySet<string> = new Set(["otelcol_receiver_accepted_metric_points"]);

// Newer and older collectors add or omit `_total`.
const sample = /^([A-Za-z_:][\w:]*?)(?:_total)?(?:\{.*\})? ([^ ]+)/;

/** What a collector's own counters of these names add up to since it was started; null when it does not say. */
export async function readOwnCounters(metricsPort: number, names: ReadonlySet<string>): Promise<number | null> {
  const answer = await askCollector(metricsPort, "/metrics", 2_000);
  return answer?.ok ? sumCounters(answer.text, names) : null;
}

/** Adds up counters in Prometheus text. */
export function sumCounters(text: string, names: ReadonlySet<string>): number {
  let sum = 0;
  for (const line of text.split("\n")) {
    const [, name = "", value = ""] = sample.exec(line) ?? [];
    if (!names.has(name)) continue;
    const points = Number(value);
    if (Number.isFinite(points)) sum += points;
  }
  return sum;
}
