import { setImmediate } from "node:timers/promises";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import type { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { WindowMeasurement } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { fromConnectError } from "@phoenix/platform/errors";
import { type PackedPanel, PanelPacker } from "../analysis/index.ts";
import type { MeasuredWindow } from "../verdict/index.ts";

function windowInput(window: WindowMeasurement): MeasuredWindow | null {
  // Undelivered as far as the verdict goes: without a start it has no place.
  if (window.windowStart === undefined) return null;
  return {
    startMs: timestampMs(window.windowStart),
    lengthMs: window.windowSeconds * 1000,
    activeSeries: Number(window.activeSeries),
    dataPoints: Number(window.dataPoints),
    metricNames: Number(window.metricNames),
    otlpBytes: Number(window.otlpBytes),
    cpuSeconds: window.collectorCpuSeconds,
    rssBytes: Number(window.collectorRssBytes),
    restarts: window.collectorRestarts,
    up: window.collectorUp,
    complete: window.complete,
    droppedPoints: Number(window.droppedPoints),
    rejectedRequests: Number(window.rejectedRequests),
    configDigest: window.configDigest,
    clockOffsetMs: Number(window.clockOffsetMs),
    sightings: window.mustKeep,
  };
}

/** Which windows to read. */
export interface PanelQuery {
  readonly experimentId: string;
  /** Windows that start before are not read, in milliseconds since the Unix epoch; absent reads all. */
  readonly fromMs?: number | undefined;
}

/**
 * Reads the windows of an experiment, page after page: an answer of the
 * benchmark holds as many as fit a message.
 * @throws PhoenixError with the benchmark's reason, SERVICE_UNAVAILABLE when it cannot be reached.
 */
export async function readPanel(
  benchmark: Client<typeof BenchmarkService>,
  { experimentId, fromMs }: PanelQuery,
  signal: AbortSignal,
): Promise<PackedPanel> {
  const packer = new PanelPacker();
  const startTime = fromMs === undefined ? {} : { startTime: timestampFromMs(fromMs) };
  let pageToken = "";
  do {
    const answer = await benchmark
      .getPanel({ experimentId, ...startTime, pageToken }, { signal })
      .catch((error: unknown) => {
        throw fromConnectError(error);
      });
    for (const { hostId, variant, windows } of answer.arms) {
      packer.add(
        hostId,
        variant,
        windows.map(windowInput).filter((window) => window !== null),
      );
    }
    pageToken = answer.nextPageToken;
    // In one process a page can come without a turn of the event loop; others wait for one.
    await setImmediate();
  } while (pageToken !== "");
  return packer.pack();
}
