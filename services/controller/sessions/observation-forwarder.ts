import { create } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import type { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { type Observation, ObservationSchema } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { Code, fromConnectError } from "@phoenix/platform/errors";
import type { Logger } from "@phoenix/platform/logging";

/** Brings observations of many agents to the benchmark in few calls. */
export type ObservationForwarder = {
  /**
   * Resolves to true once all of these are stored; to false when they are not,
   * and the agent has to send them again.
   */
  forward(hostId: string, observations: readonly Observation[]): Promise<boolean>;
  /** Resolves when nothing is under way; what comes afterwards is refused. */
  stop(): Promise<void>;
};

/** Limits of a forwarder. */
export type ForwarderLimits = {
  /** Most observations in a call; the contract allows 4,096. */
  maxCallObservations: number;
  /** Most bytes in a call, estimated. */
  maxCallBytes: number;
  /** Most bytes that wait; more are refused, and sent again later. */
  maxWaitingBytes: number;
  /** Longest time a call takes. */
  callTimeoutMs: number;
};

type Batch = { observations: Observation[]; bytes: number; settle(stored: boolean): void };

/** Calls under way at once: one is read and unpacked while another waits for the database. */
const mostHands = 2;

/** Creates a forwarder; two calls are under way at a time, and the next carries what came in meanwhile. */
export function createObservationForwarder(options: {
  benchmark: Pick<Client<typeof BenchmarkService>, "recordObservations">;
  logger: Logger;
  limits: ForwarderLimits;
}): ObservationForwarder {
  const { benchmark, logger, limits } = options;
  const waiting: Batch[] = [];
  let waitingBytes = 0;
  const hands = new Set<Promise<void>>();
  let stopped = false;

  const send = async (batches: readonly Batch[]): Promise<void> => {
    try {
      const observations = batches.flatMap((batch) => batch.observations);
      await benchmark.recordObservations({ observations }, { timeoutMs: limits.callTimeoutMs });
    } catch (caught) {
      const error = fromConnectError(caught);
      if (error.code === Code.InvalidArgument && batches.length > 1) {
        // One agent's bad observation must not keep the others' from being stored.
        for (const batch of batches) await send([batch]);
        return;
      }
      const hosts = new Set(batches.flatMap((batch) => batch.observations[0]?.hostId ?? []));
      logger.warn({ err: error, hosts: hosts.size }, "observations could not be stored; their agents send them again");
      for (const batch of batches) batch.settle(false);
      return;
    }
    for (const batch of batches) batch.settle(true);
  };

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const taken = takeCall(waiting, limits);
      await send(taken);
      waitingBytes -= taken.reduce((sum, batch) => sum + batch.bytes, 0);
    }
  };

  return {
    forward(hostId, sent) {
      const observations = sent.map((observation) => create(ObservationSchema, { ...observation, hostId }));
      const bytes = observations.reduce((sum, observation) => sum + estimateBytes(observation), 0);
      if (stopped || waitingBytes + bytes > limits.maxWaitingBytes) return Promise.resolve(false);
      waitingBytes += bytes;
      return new Promise((settle) => {
        waiting.push({ observations, bytes, settle });
        if (hands.size === mostHands) return;
        const hand: Promise<void> = drain().finally(() => hands.delete(hand));
        hands.add(hand);
      });
    },
    async stop() {
      stopped = true;
      await Promise.all(hands);
    },
  };
}

function takeCall(waiting: Batch[], limits: ForwarderLimits): Batch[] {
  const taken: Batch[] = [];
  let count = 0;
  let bytes = 0;
  for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
    count += next.observations.length;
    bytes += next.bytes;
    // The first goes in any case: it came in one message, so it fits in one.
    if (taken.length > 0 && (count > limits.maxCallObservations || bytes > limits.maxCallBytes)) break;
    taken.push(next);
    waiting.shift();
  }
  return taken;
}

function estimateBytes(observation: Observation): number {
  const sightings = observation.measurement?.mustKeep ?? [];
  const names = sightings.reduce((sum, seen) => sum + seen.expression.length + seen.processName.length + 16, 0);
  return 512 + observation.seriesSketch.length + names;
}
