import { timestampMs } from "@bufbuild/protobuf/wkt";
import type {
  RecordObservationsRequest,
  RecordObservationsResponse,
} from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type {
  Contributor,
  Observation,
  WindowMeasurement,
} from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { checkSketch, SketchError } from "@phoenix/platform/sketch";
import type { StoredContributor } from "../kpis/index.ts";
import { firstDayKept, type NewObservation } from "../store/index.ts";
import type { BenchmarkApiDeps, RefusalReason } from "./deps.ts";

/** How far ahead of this clock a window may start: a host whose clock is wrong by more makes no partitions. */
const futureMs = 24 * 60 * 60 * 1000;

const safe = (value: bigint): boolean => value <= BigInt(Number.MAX_SAFE_INTEGER);

function hasPossibleNumbers(it: WindowMeasurement): boolean {
  const counts = [
    it.activeSeries,
    it.dataPoints,
    it.metricNames,
    it.otlpBytes,
    it.requests,
    it.rejectedRequests,
    it.droppedPoints,
    it.collectorRssBytes,
    it.clockOffsetMs < 0n ? -it.clockOffsetMs : it.clockOffsetMs,
  ];
  const contributors = [...(it.contributors?.metrics ?? []), ...(it.contributors?.attributes ?? [])];
  counts.push(...contributors.flatMap(({ series, distinctValues }) => [series, distinctValues]));
  // NaN is let in: it says that the agent could not tell, and the verdict takes it for what it is.
  return counts.every(safe) && !(it.collectorCpuSeconds < 0);
}

/** Why an observation cannot be kept, or null. */
function findRefusal(
  measurement: WindowMeasurement,
  startMs: number,
  nowMs: number,
  retentionDays: number,
): RefusalReason | null {
  if (startMs >= nowMs + futureMs) return "in-the-future";
  if (startMs < Date.parse(`${firstDayKept(nowMs, retentionDays)}T00:00:00Z`)) return "too-old";
  if (startMs % (measurement.windowSeconds * 1000) !== 0) return "off-grid";
  return hasPossibleNumbers(measurement) ? null : "impossible-number";
}

function readSketch(bytes: Uint8Array, onUnreadable: () => void): Uint8Array | null {
  if (bytes.length === 0) return null;
  try {
    checkSketch(bytes);
    return bytes;
  } catch (error) {
    if (!(error instanceof SketchError)) throw error;
    // The counts of the window are exact without it: only unions over windows lose.
    onUnreadable();
    return null;
  }
}

function toRow(
  observation: Observation,
  it: WindowMeasurement,
  startMs: number,
  sketch: Uint8Array | null,
): NewObservation {
  return {
    experimentId: observation.experimentId,
    hostId: observation.hostId,
    variant: observation.variant,
    startMs,
    windowSeconds: it.windowSeconds,
    activeSeries: Number(it.activeSeries),
    dataPoints: Number(it.dataPoints),
    metricNames: Number(it.metricNames),
    otlpBytes: Number(it.otlpBytes),
    requests: Number(it.requests),
    rejectedRequests: Number(it.rejectedRequests),
    droppedPoints: Number(it.droppedPoints),
    cpuSeconds: it.collectorCpuSeconds,
    rssBytes: Number(it.collectorRssBytes),
    restarts: it.collectorRestarts,
    up: it.collectorUp,
    complete: it.complete,
    incompleteReason: withoutNul(it.incompleteReason),
    configDigest: withoutNul(it.configDigest),
    clockOffsetMs: Number(it.clockOffsetMs),
    mustKeep: it.mustKeep.map(({ expression, processName, oracleSeen, reported }) => ({
      expression: withoutNul(expression),
      processName: withoutNul(processName),
      oracleSeen,
      reported,
    })),
    contributors:
      it.contributors === undefined
        ? undefined
        : {
            metrics: it.contributors.metrics.map(toContributor),
            attributes: it.contributors.attributes.map(toContributor),
          },
    sketch,
  };
}

function toContributor({ name, series, distinctValues }: Contributor): StoredContributor {
  return { name: withoutNul(name), series: Number(series), distinctValues: Number(distinctValues) };
}

/** PostgreSQL keeps no NUL in text, and a process may name itself as it likes. */
function withoutNul(text: string): string {
  return text.replaceAll("\0", "\u{fffd}");
}

/**
 * Keeps a batch of observations. One that can never be kept (too old, from the
 * far future, off the wall-clock grid, an impossible number) is dropped and
 * counted, not refused: refusing would make the sender repeat the batch for ever.
 * @throws PhoenixError INVALID_FIELD when an observation has no host.
 */
export async function recordObservations(
  deps: BenchmarkApiDeps,
  request: RecordObservationsRequest,
): Promise<Pick<RecordObservationsResponse, "inserted" | "duplicates">> {
  const nowMs = deps.clock();
  const rows: NewObservation[] = [];
  for (const [index, observation] of request.observations.entries()) {
    const { hostId, variant, experimentId, measurement } = observation;
    const start = measurement?.windowStart;
    if (hostId === "" || variant === "" || measurement === undefined || start === undefined) {
      throw phoenixError(
        ErrorReason.INVALID_FIELD,
        `observations[${index}] of experiment "${experimentId}" lacks its host, arm or window; the caller sets them from what it knows of the agent`,
        { metadata: { field: `observations[${index}]` } },
      );
    }
    const startMs = timestampMs(start);
    const refusal = findRefusal(measurement, startMs, nowMs, deps.retentionDays);
    if (refusal !== null) {
      deps.count.refused(refusal);
      continue;
    }
    const sketch = readSketch(observation.seriesSketch, deps.count.unreadableSketch);
    rows.push(toRow(observation, measurement, startMs, sketch));
  }
  const inserted = rows.length === 0 ? 0 : await deps.observations.insert(rows);
  const duplicates = rows.length - inserted;
  deps.count.inserted(inserted);
  deps.count.duplicates(duplicates);
  return { inserted, duplicates };
}
