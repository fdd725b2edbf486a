import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type WindowMeasurement, WindowMeasurementSchema } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import type { StoredContributor, StoredWindow } from "../kpis/index.ts";

/** A kept window as it travels. */
export function windowMessage(window: StoredWindow): WindowMeasurement {
  return create(WindowMeasurementSchema, {
    windowStart: timestampFromMs(window.startMs),
    windowSeconds: window.windowSeconds,
    activeSeries: BigInt(window.activeSeries),
    dataPoints: BigInt(window.dataPoints),
    metricNames: BigInt(window.metricNames),
    otlpBytes: BigInt(window.otlpBytes),
    requests: BigInt(window.requests),
    collectorCpuSeconds: window.cpuSeconds,
    collectorRssBytes: BigInt(window.rssBytes),
    collectorRestarts: window.restarts,
    collectorUp: window.up,
    complete: window.complete,
    incompleteReason: window.incompleteReason,
    droppedPoints: BigInt(window.droppedPoints),
    configDigest: window.configDigest,
    mustKeep: window.mustKeep.map((sighting) => ({ ...sighting })),
    clockOffsetMs: BigInt(window.clockOffsetMs),
    rejectedRequests: BigInt(window.rejectedRequests),
    ...(window.contributors === undefined
      ? {}
      : {
          contributors: {
            metrics: window.contributors.metrics.map(contributorMessage),
            attributes: window.contributors.attributes.map(contributorMessage),
          },
        }),
  });
}

/** A kept contributor as it travels. */
export function contributorMessage({ name, series, distinctValues }: StoredContributor) {
  return { name, series: BigInt(series), distinctValues: BigInt(distinctValues) };
}
