import type { ForecastPipelineResponse } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { formatCount } from "@phoenix/report/quantities";
import { renderFacts, renderTable } from "../output/table.ts";
import type { ArmForecast, ComparedForecast } from "./forecast-experiment.ts";

/** What a pipeline is expected to send from a host. */
export function describeForecast(forecast: ForecastPipelineResponse): string {
  const facts = renderFacts([
    ["Active series", formatCount(Math.round(forecast.activeSeries))],
    ["Of processes", formatCount(Math.round(forecast.processSeries))],
    ["Processes", `${formatCount(Math.round(forecast.processes))} reported one by one`],
    ["Data points", `${rate(forecast.dataPointsPerSecond)} a second`],
  ]);
  return [facts, "", "It assumes:", ...forecast.assumptions.map((assumption) => `- ${assumption}`)].join("\n");
}

/** What each arm is expected to send, a line each, and what that assumes. */
export function forecastLines(forecasts: readonly ArmForecast[]): string {
  const lines = forecasts.map(
    ({ variant, pipeline, activeSeries, dataPointsPerSecond }) =>
      `forecast: ${variant} (${pipeline}) sends ${formatCount(Math.round(activeSeries))} series, ${rate(dataPointsPerSecond)} data points a second`,
  );
  const assumptions = [...new Set(forecasts.flatMap((forecast) => forecast.assumptions))];
  return [...lines, ...assumptions.map((assumption) => `  assumed: ${assumption}`)].join("\n");
}

/** Forecast against measured with the error, a line for each arm. */
export function forecastTable(compared: readonly ComparedForecast[]): string {
  return renderTable(
    ["arm", "series forecast", "measured", "error", "points/s forecast", "measured", "error"],
    compared.map(({ variant, activeSeries, dataPointsPerSecond, measured }) => [
      variant,
      formatCount(Math.round(activeSeries)),
      formatCount(Math.round(measured.activeSeries)),
      error(activeSeries, measured.activeSeries),
      rate(dataPointsPerSecond),
      rate(measured.dataPointsPerSecond),
      error(dataPointsPerSecond, measured.dataPointsPerSecond),
    ]),
    "Nothing was measured to hold the forecast against.",
  );
}

/** By how much a forecast was too high, as a share of what was measured; below zero where it was too low. */
function error(forecast: number, measured: number): string {
  if (measured <= 0) return "";
  const percent = ((forecast - measured) / measured) * 100;
  return `${percent >= 0 ? "+" : "−"}${Math.abs(percent).toFixed(1)} %`;
}

function rate(perSecond: number): string {
  return perSecond < 100 ? perSecond.toFixed(1) : formatCount(Math.round(perSecond));
}
