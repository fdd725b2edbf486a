import type { Writable } from "node:stream";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { fromConnectError } from "@phoenix/platform/errors";
import type { PhoenixClient } from "../client/phoenix-client.ts";
import { forecastLines, forecastTable } from "./describe-forecast.ts";
import { type ArmForecast, compareForecast, forecastExperiment } from "./forecast-experiment.ts";
import type { RunningProcess } from "./running-processes.ts";

/** Whom to ask and where to say it. */
type Way = { client: PhoenixClient; out: Pick<Writable, "write"> };

/** Says what the arms of an experiment with load are expected to send. Without a forecast the experiment goes on. */
export async function sayForecast(
  { client, out }: Way,
  experiment: Experiment,
  running: readonly RunningProcess[],
): Promise<ArmForecast[]> {
  try {
    const forecasts = await forecastExperiment(client, experiment, running);
    out.write(`${forecastLines(forecasts)}\n`);
    return forecasts;
  } catch (error) {
    out.write(`there is no forecast: ${fromConnectError(error).message}\n`);
    return [];
  }
}

/** Says how a forecast did, when there was one. */
export async function sayHowForecastDid(
  { client, out }: Way,
  experiment: Experiment,
  forecasts: readonly ArmForecast[],
): Promise<void> {
  if (forecasts.length === 0) return;
  out.write(`\nForecast against measured\n${forecastTable(await compareForecast(client, experiment, forecasts))}\n`);
}
