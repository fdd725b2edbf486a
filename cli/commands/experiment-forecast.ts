import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { fromConnectError } from "@phoenix/platform/errors";
import { forecastLines, forecastTable } from "../loadsim/describe-forecast.ts";
import { type ArmForecast, compareForecast, forecastExperiment } from "../loadsim/forecast-experiment.ts";
import type { RunningProcess } from "../loadsim/running-processes.ts";
import type { CommandContext } from "./context.ts";

/** Says what the arms of an experiment with load are expected to send. Without a forecast the experiment goes on. */
export async function sayForecast(
  { client, terminal }: CommandContext,
  experiment: Experiment,
  running: readonly RunningProcess[],
): Promise<ArmForecast[]> {
  try {
    const forecasts = await forecastExperiment(client, experiment, running);
    terminal.err.write(`${forecastLines(forecasts)}\n`);
    return forecasts;
  } catch (error) {
    terminal.err.write(`there is no forecast: ${fromConnectError(error).message}\n`);
    return [];
  }
}

/** Says how a forecast did: with the answer where that is a table, else beside it. */
export async function sayHowForecastDid(
  { client, terminal, format }: CommandContext,
  experiment: Experiment,
  forecasts: readonly ArmForecast[],
): Promise<void> {
  if (forecasts.length === 0) return;
  const compared = await compareForecast(client, experiment, forecasts);
  const out = format === "table" ? terminal.out : terminal.err;
  out.write(`\nForecast against measured\n${forecastTable(compared)}\n`);
}
