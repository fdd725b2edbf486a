import { type DocumentPath, formatPath } from "@phoenix/catalog";
import { durationOf, isMapping } from "./canonical.ts";
import type { Difference } from "./difference.ts";

/** Says a difference in one sentence, without a full stop. */
export function describeDifference(difference: Difference): string {
  for (const describe of descriptions) {
    const words = describe(difference, difference.path.map(String));
    if (words !== undefined) return words;
  }
  return describeSetting(difference);
}

type Description = (difference: Difference, path: string[]) => string | undefined;

const kinds: Record<string, string> = {
  receivers: "receiver",
  processors: "processor",
  exporters: "exporter",
  connectors: "connector",
  extensions: "extension",
};

/** From the particular to the general; the first that has words for a difference is heard. */
const descriptions: Description[] = [
  describeInterval,
  describeScraper,
  describeReported,
  describeComponent,
  describeRoute,
  describeVariable,
  describeEndpoint,
];

function describeInterval({ left, right }: Difference, path: string[]): string | undefined {
  if (path[0] !== "receivers" || path.at(-1) !== "collection_interval") return undefined;
  const [from, to] = [durationOf(left), durationOf(right)];
  if (to === undefined) return undefined;
  const instead = from === undefined ? "the default" : `every ${durationWords(from)}`;
  return `${path[1]} scrapes every ${durationWords(to)} instead of ${instead}`;
}

function describeScraper({ left, right }: Difference, path: string[]): string | undefined {
  if (path.length !== 4 || path[0] !== "receivers" || path[2] !== "scrapers") return undefined;
  if (left !== undefined && right !== undefined) return undefined;
  return `${path[1]} ${left === undefined ? "also scrapes" : "no longer scrapes"} ${path[3]}`;
}

/** Metrics and resource attributes of receivers, which are switched on and off one by one. */
function describeReported({ left, right }: Difference, path: string[]): string | undefined {
  const list = path.findLastIndex((step) => step === "metrics" || step === "resource_attributes");
  if (path[0] !== "receivers" || list < 2) return undefined;
  const rest = path.slice(list + 2);
  const [was, is] = [enabledOf(left, rest), enabledOf(right, rest)];
  if (was === is || (was === undefined && is === undefined)) return undefined;
  const what = path[list] === "metrics" ? path[list + 1] : `the attribute ${path[list + 1]}`;
  if (is === undefined)
    return `${path[1]} has ${what} by the receiver's default instead of ${was ? "always" : "never"}`;
  return `${path[1]} ${is ? "reports" : "no longer reports"} ${what}`;
}

function enabledOf(value: unknown, rest: string[]): boolean | undefined {
  if (rest.length === 1 && rest[0] === "enabled") return typeof value === "boolean" ? value : undefined;
  if (rest.length > 0 || !isMapping(value) || Object.keys(value).some((key) => key !== "enabled")) return undefined;
  return typeof value.enabled === "boolean" ? value.enabled : undefined;
}

function describeComponent({ left, right }: Difference, path: string[]): string | undefined {
  const kind = kinds[path[0] ?? ""];
  if (kind === undefined || path.length !== 2) return undefined;
  if (left === undefined) return `${kind} ${path[1]} added`;
  return right === undefined ? `${kind} ${path[1]} removed` : undefined;
}

function describeRoute({ left, right, before }: Difference, path: string[]): string | undefined {
  if (path[0] === "service" && path[1] === "extensions" && path.length === 3)
    return `extension ${oneLine(right ?? left)} ${left === undefined ? "starts" : "no longer starts"}`;
  const [section, pipeline, list, ...rest] = path[0] === "service" ? path.slice(1) : path;
  if (section !== "pipelines" || pipeline === undefined) return undefined;
  if (list === undefined) {
    if (left !== undefined && right !== undefined) return undefined;
    return `pipeline ${pipeline} ${left === undefined ? "added" : "removed"}`;
  }
  const kind = kinds[list];
  if (kind === undefined || rest.length !== 1) return undefined;
  const name = `${kind} ${oneLine(right ?? left)}`;
  if (right === undefined) return `${name} removed from pipeline ${pipeline}`;
  const place = list === "processors" ? ` ${before === undefined ? "at the end" : `before ${before}`}` : "";
  if (left !== undefined) return `${name} moved${place} in pipeline ${pipeline}`;
  return `${name} added${place} ${list === "processors" ? "in" : "to"} pipeline ${pipeline}`;
}

function describeVariable({ left, right }: Difference, path: string[]): string | undefined {
  if (path[0] !== "variables" || path[1] === undefined) return undefined;
  if (path.length === 2 && left === undefined) return `variable ${path[1]} added`;
  if (path.length === 2 && right === undefined) return `variable ${path[1]} removed`;
  if (path[2] !== "default") return undefined;
  return `variable ${path[1]} is ${oneLine(right)} by default instead of ${oneLine(left)}`;
}

function describeEndpoint({ left, right }: Difference, path: string[]): string | undefined {
  if (path[0] !== "exporters" || path.length !== 3 || path[2] !== "endpoint") return undefined;
  if (left === undefined || right === undefined) return undefined;
  return `${path[1]} sends to ${oneLine(right)} instead of ${oneLine(left)}`;
}

function describeSetting({ path, left, right }: Difference): string {
  const kind = kinds[String(path[0])];
  const subject = kind === undefined || path.length < 3 ? "" : `${kind} ${path[1]}: `;
  const setting = formatPath(subject === "" ? path : settingPath(path)) || "the document";
  if (left === undefined) return `${subject}${setting} is set to ${oneLine(right)}`;
  if (right === undefined) return `${subject}${setting} is no longer set; it was ${oneLine(left)}`;
  return `${subject}${setting} is ${oneLine(right)} instead of ${oneLine(left)}`;
}

function settingPath(path: DocumentPath): DocumentPath {
  return path.slice(2);
}

/** A value as it fits into a sentence. */
function oneLine(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (isMapping(value)) {
    const keys = Object.keys(value);
    return keys.length === 0 ? "empty" : `a mapping with ${shorten(keys.join(", "))}`;
  }
  if (value === null || value === undefined) return "nothing";
  return typeof value === "string" ? shorten(value.replaceAll(/\s+/g, " ")) || '""' : String(value);
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119).toWellFormed()}…` : text;
}

/** "30 s", "1 min", "2 h", "500 ms". */
function durationWords(lengthMs: number): string {
  const units: [number, string][] = [
    [3_600_000, "h"],
    [60_000, "min"],
    [1_000, "s"],
  ];
  const [factor, unit] = units.find(([each]) => lengthMs >= each && lengthMs % each === 0) ?? [1, "ms"];
  return lengthMs > 1_000 && unit === "ms" ? `${lengthMs / 1_000} s` : `${lengthMs / factor} ${unit}`;
}
