import { type ComponentSettings, referredDynamicFiles } from "@phoenix/catalog";
import { parseDurationMs } from "@phoenix/validation";
import { type Flow, type KnownPopulation, type Resource, unknownValue } from "./flow.ts";
import { olderRatio } from "./population.ts";
import { type ScrapedMetric, scrapers } from "./scrapers.ts";

/** The host that is scraped. */
type ScrapedHost = {
  readonly populations: readonly KnownPopulation[];
  readonly cpuCount: number;
  /** Processes that a moving filter chooses; undefined where none does. */
  readonly chosen: number | undefined;
  /** Says what is assumed. */
  readonly note: (assumption: string) => void;
};

type Settings = Readonly<Record<string, unknown>>;

/** What a receiver sends at each scrape. Receivers other than host_metrics are noted and send nothing. */
export function receive(id: string, settings: ComponentSettings, host: ScrapedHost): Flow[] {
  const type = id.split("/")[0];
  if (type !== "host_metrics" && type !== "hostmetrics") {
    host.note(`Series of the receiver ${id} are not counted: only what host_metrics reports can be foretold.`);
    return [];
  }
  const intervalMs = parseDurationMs(String(settings?.collection_interval ?? "1m")) ?? 60_000;
  return Object.entries(mapping(settings?.scrapers)).flatMap(([name, own]) => {
    const metrics = scrapers[name];
    if (metrics !== undefined) return scrape(name, metrics, mapping(own), intervalMs, host);
    host.note(`Series of the scraper ${name} of ${id} are not counted: their number is that of the host's devices.`);
    return [];
  });
}

function scrape(
  scraper: string,
  metrics: Readonly<Record<string, ScrapedMetric>>,
  settings: Settings,
  intervalMs: number,
  host: ScrapedHost,
): Flow[] {
  const seen = scraper === "process" ? seenProcesses(settings, host) : [undefined];
  return seen.flatMap((population) => {
    const resource = resourceOf(population, mapping(settings.resource_attributes));
    return Object.entries(metrics).flatMap(([metric, scraped]): Flow[] => {
      const asked = mapping(mapping(settings.metrics)[metric]);
      if (!(typeof asked.enabled === "boolean" ? asked.enabled : scraped.on)) return [];
      const again = population !== undefined && scraped.secondScrape ? olderRatio(population, intervalMs) : 1;
      return [
        {
          resource,
          metric,
          combinations: combinationsOf(scraped, asked, host.cpuCount),
          resources: (population?.processes ?? 1) * again,
          aggregated: false,
          intervalMs,
          value: pointValue(metric, population, host.cpuCount),
        },
      ];
    });
  });
}

/** A fold at the source keeps the attributes that are listed. */
function combinationsOf({ attributes, byCpu }: ScrapedMetric, asked: Settings, cpuCount: number): number {
  const listed: readonly unknown[] | undefined = Array.isArray(asked.attributes) ? asked.attributes : undefined;
  const kept = Object.entries(attributes).filter(([name]) => listed?.includes(name) ?? true);
  const product = kept.reduce((combinations, [, values]) => combinations * values, 1);
  return byCpu && listed?.includes("cpu") ? product * cpuCount : product;
}

function pointValue(metric: string, population: KnownPopulation | undefined, cpuCount: number): number | undefined {
  // The receiver's utilization is a share of all processors; its source is named beside what agents write.
  if (metric === "process.cpu.utilization") return (population?.cpuRatio ?? 0) / cpuCount;
  if (metric === "process.memory.usage") return population?.rssBytes;
  return undefined;
}

/** Attributes of a process that the receiver reports unless they are turned off. */
const processAttributes = [
  "process.pid",
  "process.parent_pid",
  "process.executable.name",
  "process.executable.path",
  "process.command",
  "process.command_line",
  "process.owner",
];

function resourceOf(population: KnownPopulation | undefined, asked: Settings): Resource {
  const attributes: Resource["attributes"] = new Map();
  if (population !== undefined) {
    for (const name of processAttributes) {
      if (mapping(asked[name]).enabled === false) continue;
      attributes.set(name, name === "process.executable.name" ? population.name : unknownValue);
    }
  }
  return { attributes, population };
}

function seenProcesses(settings: Settings, host: ScrapedHost): KnownPopulation[] {
  const included = nameFilter(settings.include, host);
  const excluded = nameFilter(settings.exclude, host);
  const delayMs = parseDurationMs(String(settings.scrape_process_delay ?? "0s")) ?? 0;
  const seen = host.populations
    .filter(({ name }) => (included?.(name) ?? true) && !(excluded?.(name) ?? false))
    .map((population) => ({ ...population, processes: population.processes * olderRatio(population, delayMs) }))
    .filter(({ processes }) => processes > 0);
  const pids = mapping(mapping(settings.resource_attributes)["process.pid"]).metrics_include;
  return typeof pids === "string" && referredDynamicFiles(pids).length > 0 && host.chosen !== undefined
    ? largest(seen, host.chosen)
    : seen;
}

/** Who is chosen decides little about how many series there are; the largest by CPU, then memory, stand for the ranking. */
function largest(populations: readonly KnownPopulation[], count: number): KnownPopulation[] {
  let left = count;
  return populations
    .toSorted((one, other) => other.cpuRatio - one.cpuRatio || other.rssBytes - one.rssBytes)
    .map((population) => {
      const processes = Math.min(left, population.processes);
      left -= processes;
      return { ...population, processes };
    })
    .filter(({ processes }) => processes > 0);
}

/** Undefined where there is no filter, or where an agent writes it: then the choice by pid says all. */
function nameFilter(filter: unknown, { note }: ScrapedHost): ((name: string) => boolean) | undefined {
  const { match_type: matchType, names } = mapping(filter);
  if (!Array.isArray(names)) return undefined;
  const texts = names.filter((name) => typeof name === "string");
  if (matchType !== "regexp") return (name) => texts.includes(name);
  try {
    const patterns = texts.map((text) => new RegExp(text));
    return (name) => patterns.some((pattern) => pattern.test(name));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    note(`The filter by name ${texts.join(", ")} cannot be read here; it is taken to match every process.`);
    return () => true;
  }
}

function mapping(value: unknown): Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Settings) : {};
}
