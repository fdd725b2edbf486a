import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type CollectorState,
  CollectorStatusSchema,
  type ConnectRequest,
  HeartbeatSchema,
  HelloSchema,
  type HostFacts,
  HostFactsSchema,
  ObservationBatchSchema,
} from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import {
  type AttemptState,
  type CollectorTask,
  type TaskAssignment,
  type TaskUpdate,
  TaskUpdateSchema,
} from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { ObservationSchema } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { HyperLogLog } from "@phoenix/platform/sketch";

type Said = ConnectRequest["message"];

/** The experiment that simulated observations name. */
export const simulatedExperiment = "fleet-simulation";

/** Series of a simulated observation: 200 processes with the 11 series of the host-metrics scraper each. */
const series = 2_200;
const windowSeconds = 5;
const sketch = makeSketch();

/** Facts as an agent gives them. */
export function factsOf(hostName: string): HostFacts {
  const ofAll = { os: "linux", arch: "x64", cpuCount: 4, memoryBytes: 8n << 30n, agentVersion: "0.1.0" };
  return create(HostFactsSchema, { ...ofAll, hostName, bootId: "00000000-0000-4000-8000-000000000000" });
}

/** Introduces an agent that runs nothing. */
export function helloOf(hostName: string): Said {
  return { case: "hello", value: create(HelloSchema, { facts: factsOf(hostName) }) };
}

/** Says that the agent lives. */
export function heartbeatOf(): Said {
  const value = { agentTime: timestampFromMs(Date.now()), agentCpuRatio: 0.01, agentRssBytes: 100n << 20n };
  return { case: "heartbeat", value: create(HeartbeatSchema, value) };
}

/** Says how a collector stands that a task asked for. */
export function statusOf({ collectorId, configDigest, pipeline }: CollectorTask, state: CollectorState): Said {
  const value = create(CollectorStatusSchema, { collectorId, configDigest, pipeline, state, pid: 4_000 });
  return { case: "collectorStatus", value };
}

/** Reports a try. */
export function updateOf({ taskId, attempt, leaseToken }: TaskAssignment, state: AttemptState): TaskUpdate {
  return create(TaskUpdateSchema, { taskId, attempt, leaseToken, state });
}

/** A batch of windows of both arms, newest first; another batch has other windows. */
export function observationsOf(batchId: bigint, rows: number) {
  const lastMs = Math.floor(Date.now() / (windowSeconds * 1000)) * windowSeconds * 1000;
  const first = (Number(batchId) - 1) * rows;
  const observations = Array.from({ length: rows }, (_, index): MessageInitShape<typeof ObservationSchema> => {
    const window = Math.floor((first + index) / 2);
    return {
      experimentId: simulatedExperiment,
      variant: (first + index) % 2 === 0 ? "baseline" : "candidate",
      seriesSketch: sketch,
      measurement: {
        windowStart: timestampFromMs(lastMs - window * windowSeconds * 1000),
        windowSeconds,
        activeSeries: BigInt(series),
        dataPoints: BigInt(series),
        metricNames: 9n,
        otlpBytes: 600_000n,
        requests: 1n,
        collectorCpuSeconds: 0.12,
        collectorRssBytes: 55n << 20n,
        collectorUp: true,
        complete: true,
        configDigest: "a".repeat(64),
        mustKeep: ["postgres", "nginx", "payment-api"].map((name) => ({
          expression: name,
          processName: name,
          oracleSeen: true,
          reported: true,
        })),
      },
    };
  });
  return create(ObservationBatchSchema, { batchId, observations });
}

function makeSketch(): Uint8Array {
  const counted = new HyperLogLog();
  // Weyl sequences: spread over 32 bits like the hashes of real identities.
  for (let n = 1; n <= series; n++) counted.add((n * 0x9e3779b9) >>> 0, (n * 0x85ebca6b) >>> 0);
  return counted.toBytes();
}
