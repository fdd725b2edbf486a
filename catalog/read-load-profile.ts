import type { LoadChaosDefinition, LoadProfileDefinition } from "./load-profile-definition.ts";
import { type DocumentPath, formatPath, readDocument } from "./located-document.ts";
import { isMapping, type Report, reportUnknownKeys } from "./mapping.ts";
import type { DefinitionProblem } from "./pipeline-definition.ts";
import { createFieldReader, type FieldReader } from "./read-fields.ts";
import { readRoles } from "./read-roles.ts";

/** A load profile that was read: the definition, when nothing is wrong. */
export type ReadLoadProfile = { definition: LoadProfileDefinition | undefined; problems: DefinitionProblem[] };

const knownKeys = [
  "name",
  "description",
  "default_processes",
  "max_processes",
  "anchors",
  "others",
  "short_lived",
  "short_lived_ratio",
  "shortest_life",
  "longest_life",
  "cpu_ratio",
  "unique_names",
  "spawns_per_second",
  "chaos",
];
const chaosKeys = [
  "kills_per_minute",
  "cpu_spikes_per_minute",
  "cpu_spike_ratio",
  "memory_spikes_per_minute",
  "memory_spike",
  "spike_duration",
  "stress_ng",
];
const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
/** Most processes of a load, as its contract limits them. */
const mostProcesses = 2_000;

/** Reads the text of a load profile and checks it against the schema; every problem has a line and a column. */
export function readLoadProfile(text: string): ReadLoadProfile {
  const document = readDocument(text);
  const problems = document.problems.map(({ line, column, message }) => ({ path: "", line, column, message }));
  const report: Report = (path, message) =>
    problems.push({ path: formatPath(path), ...document.locate(path), message });
  const definition = problems.length === 0 ? readRoot(document.value, report) : undefined;
  // What contradicts a value that is wrong itself would only confuse.
  if (definition !== undefined && problems.length === 0) reportContradictions(definition, report);
  return { definition: problems.length === 0 ? definition : undefined, problems };
}

function readRoot(value: unknown, report: Report): LoadProfileDefinition | undefined {
  if (!isMapping(value)) {
    report([], `A load profile is a mapping with the keys ${knownKeys.join(", ")}`);
    return undefined;
  }
  reportUnknownKeys(value, knownKeys, [], report);
  const read = createFieldReader(value, [], report);
  const name = read.text("name", 63);
  if (name !== "" && !namePattern.test(name)) {
    report(["name"], "must be lower-case letters, digits and hyphens, at most 63");
  }
  const uniqueNames = read.flag("unique_names");
  const maxProcesses = read.whole("max_processes", { from: 1, to: mostProcesses, absent: mostProcesses });
  const lives = readLives(read, report);
  return {
    name,
    description: read.text("description", 1_024),
    defaultProcesses: read.whole("default_processes", { from: 1, to: mostProcesses, absent: undefined }),
    maxProcesses,
    anchors: readRoles(value.anchors, "anchors", report),
    others: readRoles(value.others, "others", report),
    shortLived: readRoles(value.short_lived, "short_lived", report),
    shortLivedRatio: read.number("short_lived_ratio", { from: 0, to: 1 }),
    ...lives,
    cpuRatio: read.number("cpu_ratio", { from: 0, to: 4 }),
    uniqueNames,
    spawnsPerSecond: read.number("spawns_per_second", { from: 0, to: 50 }),
    ...(value.chaos === undefined ? {} : { chaos: readChaos(value.chaos, report) }),
  };
}

function readLives(read: FieldReader, report: Report): { shortestLife: string; longestLife: string } {
  const range = { fromMs: 0, toMs: 3_600_000 };
  const shortestMs = read.durationMs("shortest_life", range);
  const longestMs = read.durationMs("longest_life", range);
  if (longestMs < shortestMs) report(["longest_life"], "must not be shorter than shortest_life");
  return { shortestLife: secondsOf(shortestMs), longestLife: secondsOf(longestMs) };
}

function readChaos(value: unknown, report: Report): LoadChaosDefinition {
  const path: DocumentPath = ["chaos"];
  if (!isMapping(value)) report(path, `must be a mapping with ${chaosKeys.join(", ")}`);
  const fields = isMapping(value) ? value : {};
  reportUnknownKeys(fields, chaosKeys, path, report);
  const read = createFieldReader(fields, path, report);
  const chaos = {
    killsPerMinute: read.number("kills_per_minute", { from: 0, to: 600 }),
    cpuSpikesPerMinute: read.number("cpu_spikes_per_minute", { from: 0, to: 60 }),
    cpuSpikeRatio: read.number("cpu_spike_ratio", { from: 0, to: 2 }),
    memorySpikesPerMinute: read.number("memory_spikes_per_minute", { from: 0, to: 60 }),
    memorySpikeBytes: String(read.bytes("memory_spike", 2 ** 30)),
    spikeDuration: secondsOf(read.durationMs("spike_duration", { fromMs: 0, toMs: 600_000 })),
    stressNg: read.flag("stress_ng"),
  };
  const spikes = chaos.cpuSpikesPerMinute + chaos.memorySpikesPerMinute;
  if (spikes > 0 && chaos.spikeDuration === "0s") {
    report([...path, "spike_duration"], "says how long a spike lasts, 15s for instance; there are spikes");
  }
  return chaos;
}

/** What each field allows and all of them together do not. */
function reportContradictions(definition: LoadProfileDefinition, report: Report): void {
  const { anchors, others, shortLived, defaultProcesses, maxProcesses, shortLivedRatio, spawnsPerSecond } = definition;
  if (defaultProcesses > maxProcesses) report(["default_processes"], "must not be more than max_processes");
  const comeAndGo = shortLivedRatio > 0 || spawnsPerSecond > 0;
  if (comeAndGo && shortLived.length === 0) report(["short_lived"], "names what comes and goes; processes do");
  if (comeAndGo && definition.longestLife === "0s") {
    report(["longest_life"], "says how long a short-lived process lives at most, 20s for instance");
  }
  const longLived = maxProcesses - Math.round(maxProcesses * shortLivedRatio);
  if (longLived > anchors.length && others.length === 0) {
    report(["others"], `names what the processes after the anchors are drawn from; up to ${longLived} are long-lived`);
  }
}

function secondsOf(durationMs: number): string {
  return `${durationMs / 1_000}s`;
}
