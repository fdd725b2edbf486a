import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Observation, ObservationSchema } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { nowMs } from "../report/monotonic.ts";
import type { BenchmarkSite } from "./benchmark-site.ts";
import { madeSketch } from "./made-sketch.ts";

/** What came of storing observations as fast as they are taken. */
export type Intake = { rows: number; perSecond: number; databaseCpuSeconds: number; processCpuSeconds: number };

const hosts = 1_000;
const variants = ["baseline", "candidate"] as const;
const seriesOfHost = { baseline: 500, candidate: 150 };
const windowMs = 60_000;

/** Hosts of one call: what a controller gathers while the call before is under way. */
const hostsPerCall = 250;

/** Calls under way at once: as many as there would be controllers. */
const atOnce = 2;

/** Stores windows of a thousand hosts for so many seconds; every observation has its sketch. */
export async function measureIntake(site: BenchmarkSite, seconds: number): Promise<Intake> {
  const sketches = Array.from({ length: hosts }, (_, host) => ({
    baseline: madeSketch(seriesOfHost.baseline, host),
    candidate: madeSketch(seriesOfHost.candidate, host),
  }));
  const startMs = (Math.floor(Date.now() / windowMs) - 1_000) * windowMs;
  const observation = (window: number, host: number, variant: (typeof variants)[number]): Observation =>
    create(ObservationSchema, {
      experimentId: "intake",
      hostId: `host-${host}`,
      variant,
      seriesSketch: sketches[host]?.[variant] ?? new Uint8Array(),
      measurement: {
        windowStart: timestampFromMs(startMs + window * windowMs),
        windowSeconds: 60,
        activeSeries: BigInt(seriesOfHost[variant]),
        dataPoints: BigInt(seriesOfHost[variant]),
        metricNames: 11n,
        otlpBytes: BigInt(seriesOfHost[variant] * 124),
        requests: 2n,
        collectorCpuSeconds: 0.6,
        collectorRssBytes: 90_000_000n,
        collectorUp: true,
        complete: true,
        configDigest: "d".repeat(64),
        mustKeep: ["postgres", "nginx", "payment-api"].map((processName) => ({
          expression: `^${processName}$`,
          processName,
          oracleSeen: true,
          reported: true,
        })),
      },
    });
  const callsPerWindow = hosts / hostsPerCall;
  let next = 0;
  let rows = 0;
  const record = async (): Promise<void> => {
    const call = next++;
    const window = Math.floor(call / callsPerWindow);
    const first = (call % callsPerWindow) * hostsPerCall;
    const observations = Array.from({ length: hostsPerCall }, (_, index) => first + index).flatMap((host) =>
      variants.map((variant) => observation(window, host, variant)),
    );
    const { inserted } = await site.client.recordObservations({ observations });
    rows += inserted;
  };
  // The first calls make partitions and plans.
  while (next < callsPerWindow) await record();
  rows = 0;
  const cpuBefore = { database: site.databaseCpuSeconds(), process: process.cpuUsage() };
  const begunMs = nowMs();
  const hand = async (): Promise<void> => {
    while (nowMs() - begunMs < seconds * 1000) await record();
  };
  await Promise.all(Array.from({ length: atOnce }, hand));
  const { user, system } = process.cpuUsage(cpuBefore.process);
  return {
    rows,
    perSecond: (rows / (nowMs() - begunMs)) * 1000,
    databaseCpuSeconds: site.databaseCpuSeconds() - cpuBefore.database,
    processCpuSeconds: (user + system) / 1e6,
  };
}
