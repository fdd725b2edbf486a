import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type Observation,
  ObservationSchema,
  type WindowMeasurementSchema,
} from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";

/** Start of the window of index 0, unless told otherwise: 10:00, in milliseconds since the Unix epoch. */
export const tenMs = Date.UTC(2026, 10, 20, 10);

/** What differs from the baseline of host h1 in its first window. */
export type Made = {
  variant?: string;
  hostId?: string;
  /** Number of the window, each of five seconds. */
  index?: number;
  /** Start of the window of index 0, in milliseconds since the Unix epoch. */
  startMs?: number;
  /** Series, each of one point. */
  series?: number;
  sketch?: Uint8Array;
};

/** An observation with nothing wrong in it, with what of its measurement is told otherwise. */
export function plainObservation(
  {
    variant = "baseline",
    hostId = "h1",
    index = 0,
    startMs = tenMs,
    series = 1000,
    sketch = new Uint8Array(),
  }: Made = {},
  over: Omit<MessageInitShape<typeof WindowMeasurementSchema>, "$typeName"> = {},
): Observation {
  return create(ObservationSchema, {
    experimentId: "exp-1",
    hostId,
    variant,
    seriesSketch: sketch,
    measurement: {
      windowStart: timestampFromMs(startMs + index * 5000),
      windowSeconds: 5,
      activeSeries: BigInt(series),
      dataPoints: BigInt(series),
      metricNames: 11n,
      otlpBytes: BigInt(series * 124),
      requests: 2n,
      collectorCpuSeconds: 0.05,
      collectorRssBytes: 90_000_000n,
      collectorUp: true,
      complete: true,
      configDigest: "d".repeat(64),
      clockOffsetMs: -3n,
      mustKeep: [{ expression: "^pg$", processName: "pg", oracleSeen: true, reported: true }],
      ...over,
    },
  });
}
