import { type LoadSimulation, LoadState } from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import { sleep } from "@phoenix/platform/lifecycle";
import { createLogUpdate } from "log-update";
import type { PhoenixClient } from "../client/phoenix-client.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import type { Terminal } from "../output/output.ts";
import { describeLoad, stateWord } from "./describe-load.ts";

const intervalMs = 1_000;

/**
 * Looks at a load every second until `enough` holds and gives it as it then
 * stands. On a terminal the picture is redrawn in place; elsewhere each change
 * of a host's state is a line.
 */
export async function watchLoad(
  client: PhoenixClient,
  loadSimulationId: string,
  view: { terminal: Terminal; signal: AbortSignal; enough: (load: LoadSimulation) => boolean },
): Promise<LoadSimulation> {
  const { terminal, signal, enough } = view;
  const redraw = terminal.err.isTTY ? createLogUpdate(terminal.err) : undefined;
  const said = new Map<string, LoadState>();
  try {
    for (;;) {
      const { loadSimulation } = await client.loads.getLoadSimulation({ loadSimulationId }, { signal });
      if (loadSimulation === undefined)
        throw new CommandError("the server gave no load simulation", exitCodes.internal);
      if (redraw !== undefined) redraw(describeLoad(loadSimulation));
      else sayChanges(terminal, loadSimulation, said);
      if (enough(loadSimulation)) return loadSimulation;
      await sleep(intervalMs, signal);
    }
  } catch (error) {
    if (signal.aborted) throw new CommandError("stopped watching; the load goes on", exitCodes.interrupted);
    throw error;
  } finally {
    redraw?.clear();
    redraw?.done();
  }
}

/** True when every host has answered a start. */
export function hasBegun({ hosts }: LoadSimulation): boolean {
  return hosts.every(({ state }) => state !== LoadState.STARTING);
}

function sayChanges(terminal: Terminal, load: LoadSimulation, said: Map<string, LoadState>): void {
  for (const { hostId, hostName, state, message } of load.hosts) {
    if (said.get(hostId) === state) continue;
    said.set(hostId, state);
    terminal.err.write(`${hostName || hostId}: ${stateWord(state)}${message === "" ? "" : `, ${message}`}\n`);
  }
}
