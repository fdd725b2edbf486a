// Forecasts: what a pipeline would send from a host, before it runs. Which processes a load profile makes
// (load-population.ts, population.ts), what the receivers report of them (receive.ts, scrapers.ts), what is left
// of it behind the processors (process.ts, statement.ts, tokens.ts), and how many series that is
// (forecast-pipeline.ts). Pure. What it cannot read it says in its assumptions instead of guessing.
export { forecastPipeline } from "./forecast-pipeline.ts";
export { populationOfLoad } from "./load-population.ts";
export type { Population } from "./population.ts";
