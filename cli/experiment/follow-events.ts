import type { ExperimentEvent } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { Code, fromConnectError } from "@phoenix/platform/errors";
import { backoffMs, sleep } from "@phoenix/platform/lifecycle";
import type { PhoenixClient } from "../client/phoenix-client.ts";

/** Failures in a row after which the last one is thrown. */
const mostFailures = 20;

/** Which events to follow. */
export type FollowQuery = {
  experimentId: string;
  /** Only events after this number. */
  afterSequence: bigint;
  /** End when the experiment is over and no host is still to answer; without it, only the signal ends it. */
  untilOver: boolean;
};

/**
 * Events of an experiment, each once and in order. The stream is taken up again
 * where it broke, with back-off. Throws what the stream failed with when the
 * signal is aborted or the server stays away.
 */
export async function* followEvents(
  client: Pick<PhoenixClient, "experiments">,
  query: FollowQuery,
  signal: AbortSignal,
): AsyncGenerator<ExperimentEvent> {
  // A stream is only closed by its signal: whoever stops reading would leave it, and with it the command, open.
  const closing = new AbortController();
  try {
    yield* resume(client, query, AbortSignal.any([signal, closing.signal]));
  } finally {
    closing.abort();
  }
}

async function* resume(
  client: Pick<PhoenixClient, "experiments">,
  { experimentId, afterSequence, untilOver }: FollowQuery,
  signal: AbortSignal,
): AsyncGenerator<ExperimentEvent> {
  let failures = 0;
  for (;;) {
    try {
      const request = { experimentId, afterSequence, untilOver };
      const events = client.experiments.streamExperimentEvents(request, { signal, timeoutMs: 0 });
      for await (const { event } of events) {
        if (event === undefined) continue;
        failures = 0;
        afterSequence = event.sequence;
        yield event;
      }
      return;
    } catch (error) {
      const { code } = fromConnectError(error);
      const passing = code === Code.Unavailable || code === Code.Aborted || code === Code.Canceled;
      failures += 1;
      if (signal.aborted || !passing || failures > mostFailures) throw error;
      await sleep(backoffMs(failures, { baseMs: 200, maxMs: 5_000 }), signal);
    }
  }
}
