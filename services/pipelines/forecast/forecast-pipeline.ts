import { durationMs } from "@bufbuild/protobuf/wkt";
import { dynamicReference, type PipelineDefinition } from "@phoenix/catalog";
import type { AdaptiveLevel, DynamicPolicy } from "@phoenix/gen/phoenix/pipelines/v1/dynamic_pb.ts";
import { substitute } from "../model/index.ts";
import { dynamicPolicy } from "../render/index.ts";
import { type GivenValues, resolveVariables } from "../variables/index.ts";
import { type Flow, isPerProcess, unknownValue } from "./flow.ts";
import type { Population } from "./population.ts";
import { passThrough } from "./process.ts";
import { receive } from "./receive.ts";

/** The host to foretell for. */
type ForecastHost = {
  readonly populations: readonly Population[];
  /** Logical processors. */
  readonly cpuCount: number;
};

/** What a pipeline would send from a host. */
type Forecast = {
  /** Active series in a scrape. */
  activeSeries: number;
  /** Of these, series of processes or of groups of them. */
  processSeries: number;
  dataPointsPerSecond: number;
  /** Processes that are reported one by one, on average. */
  processes: number;
  /** What it assumes, in sentences. */
  assumptions: string[];
};

/**
 * Foretells what a pipeline sends: the receivers' series of these processes, sent through its processors.
 * Throws INVALID_VARIABLE or INVALID_EXPRESSION, see {@link resolveVariables}.
 */
export function forecastPipeline(definition: PipelineDefinition, given: GivenValues, host: ForecastHost): Forecast {
  const { values, intervalMs } = resolveVariables(definition, given);
  const assumptions = new Set<string>();
  const note = (assumption: string): void => void assumptions.add(assumption);
  note("Linux, and a collector that may read every process; a host that is not short of anything.");
  const { variables, receivers, processors, routes } = definition;
  const policy = dynamicPolicy(definition, values, given);
  const moved = movedFiles(policy, intervalMs, host, note);
  const own = fillIn(substitute({ receivers, processors }, { variables, values }), moved.files);
  const populations = host.populations.map((population, id) => ({ ...population, id }));
  const scraped = { ...host, populations, chosen: moved.chosen, note };

  const sent = Object.values(routes).flatMap((route) => {
    // Each route has copies of its own: what a processor notes on a resource stays in its pipeline.
    const received = route.receivers.flatMap((id) => receive(id, own.receivers[id] ?? null, scraped));
    return route.processors.reduce<Flow[]>(
      (flows, id) => passThrough(id, own.processors[id] ?? null, flows, note),
      received,
    );
  });
  return { ...count(sent), assumptions: [...assumptions] };
}

/** Counts by identity: what is equal after the processors is one series, however many sent it. */
function count(flows: readonly Flow[]): Omit<Forecast, "assumptions"> {
  const series = new Map<string, { flow: Flow; resources: number }>();
  let pointsPerSecond = 0;
  for (const flow of flows) {
    const perProcess = isPerProcess(flow.resource);
    const key = JSON.stringify([
      flow.metric,
      perProcess ? flow.resource.population?.id : "",
      [...flow.resource.attributes].map(([name, value]) => (value === unknownValue ? [name] : [name, value])).sort(),
    ]);
    const known = series.get(key);
    const resources = perProcess
      ? Math.max(known?.resources ?? 0, flow.resources)
      : Math.min(1, (known?.resources ?? 0) + flow.resources);
    series.set(key, { flow, resources });
    if (!flow.aggregated || perProcess)
      pointsPerSecond += (flow.combinations * flow.resources * 1_000) / flow.intervalMs;
  }
  const forecast = { activeSeries: 0, processSeries: 0, dataPointsPerSecond: pointsPerSecond };
  const reported = new Map<number, number>();
  for (const { flow, resources } of series.values()) {
    const own = flow.combinations * resources;
    forecast.activeSeries += own;
    const { population } = flow.resource;
    if (population !== undefined) forecast.processSeries += own;
    if (isPerProcess(flow.resource) && population !== undefined) {
      reported.set(population.id, Math.max(reported.get(population.id) ?? 0, resources));
    } else if (flow.aggregated) forecast.dataPointsPerSecond += (own * 1_000) / flow.intervalMs;
  }
  return { ...forecast, processes: [...reported.values()].reduce((sum, processes) => sum + processes, 0) };
}

/** What an agent would have written into the files of a moving filter. */
function movedFiles(
  policy: DynamicPolicy | undefined,
  intervalMs: number,
  host: ForecastHost,
  note: (assumption: string) => void,
): { files: Readonly<Record<string, string>>; chosen: number | undefined } {
  if (policy?.policy.case === "topK") {
    const chosen = policy.policy.value.processes;
    note(`The agent has chosen the ${chosen} largest processes.`);
    return { files: {}, chosen };
  }
  if (policy?.policy.case !== "adaptive") return { files: {}, chosen: undefined };
  const load = host.populations.reduce((sum, { processes, cpuRatio }) => sum + processes * cpuRatio, 0) / host.cpuCount;
  const level = levelAt(policy.policy.value.levels, load);
  const percent = Math.round(100 * Math.min(1, load));
  note(`The host is busy by ${percent} % with these processes, which is level ${level.name}.`);
  const files = {
    process_interval: `${intervalMs * level.intervalFactor}ms`,
    minimum_age: `${level.minimumAge === undefined ? 0 : durationMs(level.minimumAge)}ms`,
    cpu_floor: (level.cpuFloor / host.cpuCount).toFixed(9),
    rss_floor_bytes: String(level.rssFloorBytes),
  };
  return { files, chosen: undefined };
}

/** Levels rise, and the first is entered at 0. */
function levelAt(levels: readonly AdaptiveLevel[], load: number): AdaptiveLevel {
  return levels.findLast(({ enterLoad }) => enterLoad <= load) ?? levels[0]!;
}

/** Puts the content of an agent's files where settings refer to them. */
function fillIn<T>(settings: T, files: Readonly<Record<string, string>>): T {
  const fill = (value: unknown): unknown => {
    if (typeof value === "string") {
      return Object.entries(files).reduce((text, [name, own]) => text.replaceAll(dynamicReference(name), own), value);
    }
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item)]));
  };
  return fill(settings) as T;
}
