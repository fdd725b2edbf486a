import type { Experiment, ExperimentEvent } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { Code, fromConnectError } from "@phoenix/platform/errors";
import { backoffMs, sleep } from "@phoenix/platform/lifecycle";
import { isOver } from "@phoenix/report/experiment-words";
import { formatTime } from "@phoenix/report/quantities";
import { createLogUpdate } from "log-update";
import type { PhoenixClient } from "../client/phoenix-client.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import type { Terminal } from "../output/output.ts";
import { progressView } from "./progress-view.ts";

/**
 * Follows an experiment until it is over and gives it as it then stands. On a
 * terminal the picture is redrawn in place; elsewhere each event is a line. The
 * stream is taken up again where it broke, with back-off.
 */
export async function watchExperiment(
  client: PhoenixClient,
  experimentId: string,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Experiment> {
  const display = terminal.err.isTTY ? liveDisplay(terminal) : lineDisplay(terminal);
  let after = 0n;
  let failures = 0;
  try {
    for (;;) {
      try {
        let experiment = await read(client, experimentId, signal);
        display.show(experiment);
        if (isOver(experiment.phase)) return experiment;
        const events = client.experiments.streamExperimentEvents(
          { experimentId, afterSequence: after, untilOver: true },
          { signal, timeoutMs: 0 },
        );
        for await (const { event } of events) {
          if (event === undefined) continue;
          failures = 0;
          after = event.sequence;
          display.event(event);
          experiment = await read(client, experimentId, signal);
          display.show(experiment);
        }
      } catch (error) {
        if (signal.aborted) throw new CommandError("stopped watching; the experiment goes on", exitCodes.interrupted);
        const code = fromConnectError(error).code;
        const passing = code === Code.Unavailable || code === Code.Aborted || code === Code.Canceled;
        if (!passing) throw error;
        failures += 1;
        if (failures > 20) throw error;
        await sleep(backoffMs(failures, { baseMs: 200, maxMs: 5_000 }), signal).catch(() => {
          throw new CommandError("stopped watching; the experiment goes on", exitCodes.interrupted);
        });
      }
    }
  } finally {
    display.done();
  }
}

async function read(client: PhoenixClient, experimentId: string, signal: AbortSignal): Promise<Experiment> {
  const { experiment } = await client.experiments.getExperiment({ experimentId }, { signal });
  if (experiment === undefined)
    throw new CommandError(`the server gave no experiment ${experimentId}`, exitCodes.internal);
  return experiment;
}

type Display = { show(experiment: Experiment): void; event(event: ExperimentEvent): void; done(): void };

function liveDisplay(terminal: Terminal): Display {
  const update = createLogUpdate(terminal.err, { showCursor: true });
  return {
    show: (experiment) => update(progressView(experiment, terminal.err.columns ?? 100)),
    event: () => undefined,
    done: () => update.done(),
  };
}

function lineDisplay(terminal: Terminal): Display {
  return {
    show: () => undefined,
    event: (event) => terminal.err.write(`${formatTime(event.time)}  ${event.message}\n`),
    done: () => undefined,
  };
}
