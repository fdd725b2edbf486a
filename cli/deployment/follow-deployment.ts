import type { Deployment, DeploymentEvent } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { Code, fromConnectError } from "@phoenix/platform/errors";
import { backoffMs, sleep } from "@phoenix/platform/lifecycle";
import type { PhoenixClient } from "../client/phoenix-client.ts";

/** Failures in a row after which the last one is thrown. */
const mostFailures = 20;

/** A change of a deployment: its new events, and itself where it differs. */
export type DeploymentChange = { deployment: Deployment | undefined; events: DeploymentEvent[] };

/**
 * A deployment as it changes, each event once and in order. The stream is taken
 * up again where it broke, with back-off. Throws what the stream failed with when
 * the signal is aborted or the server stays away.
 */
export async function* followDeployment(
  client: Pick<PhoenixClient, "deployments">,
  { deploymentId, afterSequence }: { deploymentId: string; afterSequence: bigint },
  signal: AbortSignal,
): AsyncGenerator<DeploymentChange> {
  // A stream is only closed by its signal: whoever stops reading would leave it, and with it the command, open.
  const closing = new AbortController();
  const ended = AbortSignal.any([signal, closing.signal]);
  let failures = 0;
  let sent = afterSequence;
  try {
    for (;;) {
      try {
        const request = { deploymentId, afterSequence: sent };
        for await (const answer of client.deployments.watchDeployment(request, { signal: ended, timeoutMs: 0 })) {
          failures = 0;
          sent = answer.events.at(-1)?.sequence ?? sent;
          yield { deployment: answer.deployment, events: answer.events };
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
  } finally {
    closing.abort();
  }
}
