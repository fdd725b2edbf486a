/**
 * Observations for the specs of what is added up: with some of everything that
 * may go wrong in them, and the same in every run.
 */
import { create } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { type Observation, ObservationSchema } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { HyperLogLog } from "@phoenix/platform/sketch";
import type { StoredWindow } from "../kpis/index.ts";

/** A minute, in milliseconds: the length of every window made here. */
export const minuteMs = 60_000;

/** Start of the first window, 9:47: an experiment of hours begins within one. */
export const beginMs = Date.UTC(2026, 10, 20, 9, 47);

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Numbers well mixed over 32 bits (the finaliser of MurmurHash3). */
function mixed(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** The series of the numbers from `from` on, below `to`. */
export function distinctSeries(from: number, to: number): HyperLogLog {
  const sketch = new HyperLogLog();
  for (let id = from; id < to; id++) sketch.add(mixed(id + 1), mixed(id + 0x9e3779b9));
  return sketch;
}

/** The same as an observation carries them. */
export function sketchOf(from: number, to: number): Uint8Array {
  return distinctSeries(from, to).toBytes();
}

/** An observation with some of everything that may go wrong in it. */
export function madeObservation(
  random: () => number,
  host: number,
  variant: string,
  startMs: number,
  sketch: Uint8Array,
): Observation {
  const series = BigInt(100 + Math.floor(random() * 50) + 100 * host);
  return create(ObservationSchema, {
    experimentId: "exp-1",
    hostId: `h${host}`,
    variant,
    seriesSketch: sketch,
    measurement: {
      windowStart: timestampFromMs(startMs),
      windowSeconds: 60,
      activeSeries: series,
      dataPoints: series * 4n,
      metricNames: BigInt(10 + host),
      otlpBytes: series * 124n,
      collectorCpuSeconds: random() < 0.1 ? Number.NaN : random(),
      collectorRssBytes: BigInt(Math.floor(9e7 * (1 + random()))),
      collectorRestarts: random() < 0.05 ? 1 : 0,
      collectorUp: random() < 0.95,
      complete: random() < 0.9,
      droppedPoints: random() < 0.1 ? 3n : 0n,
      mustKeep: ["pg", "nginx"].map((processName) => ({
        expression: `^${processName}$`,
        processName,
        oracleSeen: random() < 0.9,
        reported: random() < 0.8,
      })),
    },
  });
}

/** Three hosts, of which the last comes late, over some minutes; windows get lost. */
export function madeExperiment(minutes: number, seed: number): Observation[] {
  const random = createRandom(seed);
  const observations: Observation[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    for (let host = 0; host < 3; host++) {
      if (host === 2 && minute < 25) continue;
      for (const variant of ["baseline", "candidate"]) {
        if (random() < 0.05) continue;
        const from = 1000 * host + 10 * minute;
        const sketch = sketchOf(from, from + 100);
        observations.push(madeObservation(random, host, variant, beginMs + minute * minuteMs, sketch));
      }
    }
  }
  return observations;
}

/** An observation as it is kept. */
export function windowOf({ hostId, variant, measurement: it }: Observation): StoredWindow {
  if (it?.windowStart === undefined) throw new Error("made without a window");
  return {
    ...{ hostId, variant, startMs: timestampMs(it.windowStart), windowSeconds: it.windowSeconds },
    activeSeries: Number(it.activeSeries),
    dataPoints: Number(it.dataPoints),
    metricNames: Number(it.metricNames),
    otlpBytes: Number(it.otlpBytes),
    requests: 0,
    rejectedRequests: 0,
    droppedPoints: Number(it.droppedPoints),
    cpuSeconds: it.collectorCpuSeconds,
    rssBytes: Number(it.collectorRssBytes),
    restarts: it.collectorRestarts,
    up: it.collectorUp,
    complete: it.complete,
    incompleteReason: "",
    configDigest: "",
    clockOffsetMs: 0,
    mustKeep: it.mustKeep,
  };
}
