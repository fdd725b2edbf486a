import type { Duration } from "@bufbuild/protobuf/wkt";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentOutcome, ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { PhoenixClient } from "../client/phoenix-client.ts";
import { newRequestId } from "../client/request-id.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import type { Terminal } from "../output/output.ts";
import { followEvents } from "./follow-events.ts";

type Context = { client: Pick<PhoenixClient, "experiments">; terminal: Terminal; signal: AbortSignal };

/** Longest time to wait for hosts to run what was decided; it goes on afterwards all the same. */
const waitMs = 120_000;

/**
 * Promotes a candidate and waits until every host has answered. Throws a
 * CommandError "refused" unless every host runs the candidate.
 */
export async function promoteAndWait(
  context: Context,
  request: {
    experimentId: string;
    variant: string;
    force: boolean;
    reason: string;
    holdBackHosts?: number;
    holdBackDuration?: Duration;
  },
): Promise<Experiment> {
  const { experiment } = await context.client.experiments.promoteExperiment({ requestId: newRequestId(), ...request });
  const settled = await waitForHosts(context, given(experiment, request.experimentId));
  if (settled.outcome === ExperimentOutcome.PROMOTED) return settled;
  const what = settled.outcome === ExperimentOutcome.UNSPECIFIED ? "not promoted on every host" : "not promoted";
  throw new CommandError(`${what}: ${settled.phaseReason}`, exitCodes.refused);
}

/**
 * Rolls an experiment back, waits until every host has answered and says what
 * it came to: taken back, kept as it was, or cancelled. Throws a CommandError
 * "refused" when a host does not go back.
 */
export async function rollbackAndWait(
  context: Context,
  request: { experimentId: string; reason: string },
): Promise<Experiment> {
  const { experiment } = await context.client.experiments.rollbackExperiment({ requestId: newRequestId(), ...request });
  const settled = await waitForHosts(context, given(experiment, request.experimentId));
  const end = rollbackEnd(settled);
  if (end === null) {
    throw new CommandError(`not rolled back on every host: ${settled.phaseReason}`, exitCodes.refused);
  }
  context.terminal.err.write(`${end}\n`);
  return settled;
}

function rollbackEnd({ phase, outcome }: Experiment): string | null {
  if (phase === ExperimentPhase.CANCELLED) {
    return "cancelled: there was no verdict yet, so nothing had been promoted; the arms are being stopped";
  }
  if (outcome === ExperimentOutcome.KEPT) return "kept: nothing had been promoted; the arms are being stopped";
  if (outcome === ExperimentOutcome.ROLLED_BACK) return "rolled back: every host runs what it ran before";
  return null;
}

/** Tells what hosts say until none is left to answer, and gives the experiment as it then stands. */
async function waitForHosts({ client, terminal, signal }: Context, begun: Experiment): Promise<Experiment> {
  const { experimentId, lastEventSequence: afterSequence } = begun;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
  try {
    for await (const event of followEvents(client, { experimentId, afterSequence, untilOver: true }, limited)) {
      terminal.err.write(`${event.message}\n`);
    }
    const { experiment } = await client.experiments.getExperiment({ experimentId }, { signal });
    return given(experiment, experimentId);
  } catch (error) {
    if (signal.aborted) throw new CommandError("stopped waiting; it goes on", exitCodes.interrupted);
    if (!limited.aborted) throw error;
  }
  throw new CommandError(
    `not every host is there after ${waitMs / 1000} s; it goes on: see \`phoenix task list --experiment ${experimentId}\``,
    exitCodes.timedOut,
  );
}

function given(experiment: Experiment | undefined, experimentId: string): Experiment {
  if (experiment !== undefined) return experiment;
  throw new CommandError(`the server gave no experiment ${experimentId}`, exitCodes.internal);
}
