import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentOutcome } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { PhoenixClient } from "../client/phoenix-client.ts";
import { newRequestId } from "../client/request-id.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import type { Terminal } from "../output/output.ts";

type Context = { client: PhoenixClient; terminal: Terminal; signal: AbortSignal };

/** Longest time to wait for hosts to run what was decided; it goes on afterwards all the same. */
const waitMs = 120_000;

/** Promotes a candidate and waits until every host runs it. */
export async function promoteAndWait(
  context: Context,
  request: { experimentId: string; variant: string; force: boolean; reason: string },
): Promise<Experiment> {
  await context.client.experiments.promoteExperiment({ requestId: newRequestId(), ...request });
  return waitForOutcome(context, request.experimentId, ExperimentOutcome.PROMOTED);
}

/** Rolls an experiment back and waits until every host runs what it ran before. */
export async function rollbackAndWait(
  context: Context,
  request: { experimentId: string; reason: string },
): Promise<Experiment> {
  await context.client.experiments.rollbackExperiment({ requestId: newRequestId(), ...request });
  return waitForOutcome(context, request.experimentId, ExperimentOutcome.ROLLED_BACK);
}

async function waitForOutcome(
  { client, terminal, signal }: Context,
  experimentId: string,
  outcome: ExperimentOutcome,
): Promise<Experiment> {
  const given = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
  let experiment = await read(client, experimentId);
  if (experiment.outcome === outcome) return experiment;
  try {
    const events = client.experiments.streamExperimentEvents(
      { experimentId, afterSequence: experiment.lastEventSequence },
      { signal: given, timeoutMs: 0 },
    );
    for await (const { event } of events) {
      if (event !== undefined) terminal.err.write(`${event.message}\n`);
      experiment = await read(client, experimentId);
      if (experiment.outcome === outcome) return experiment;
    }
  } catch (error) {
    if (signal.aborted) throw new CommandError("stopped waiting; it goes on", exitCodes.interrupted);
    if (!given.aborted) throw error;
  }
  throw new CommandError(
    `not every host is there after ${waitMs / 1000} s; it goes on: see \`phoenix task list --experiment ${experimentId}\``,
    exitCodes.timedOut,
  );
}

async function read(client: PhoenixClient, experimentId: string): Promise<Experiment> {
  const { experiment } = await client.experiments.getExperiment({ experimentId });
  if (experiment === undefined)
    throw new CommandError(`the server gave no experiment ${experimentId}`, exitCodes.internal);
  return experiment;
}
