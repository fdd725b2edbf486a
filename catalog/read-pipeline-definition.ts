import { dynamicFiles, dynamicReference, referredDynamicFiles } from "./dynamic-files.ts";
import { type DocumentPath, formatPath, type LocatedDocument, readDocument } from "./located-document.ts";
import { isMapping, type Report, reportUnknownKeys } from "./mapping.ts";
import type { ComponentSettings, DefinitionProblem, PipelineDefinition, PipelineRoute } from "./pipeline-definition.ts";
import { readDynamic } from "./read-dynamic.ts";
import { readVariables } from "./read-variables.ts";
import { referredVariables } from "./variable-reference.ts";
import { walkText } from "./walk-text.ts";

/** A pipeline file that was read: the definition, when nothing is wrong, and where everything stands. */
export type ReadDefinition = {
  definition: PipelineDefinition | undefined;
  problems: DefinitionProblem[];
  document: LocatedDocument;
};

const knownKeys = [
  "name",
  "title",
  "strategy",
  "keeps",
  "drops",
  "variables",
  "dynamic",
  "receivers",
  "processors",
  "pipelines",
];
const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
const componentPattern = /^[A-Za-z][A-Za-z0-9_]*(\/\S+)?$/;
const routePattern = /^metrics(\/\S+)?$/;

/** Reads the text of a pipeline file and checks it against the schema; every problem has a line and a column. */
export function readPipelineDefinition(text: string): ReadDefinition {
  const document = readDocument(text);
  const problems: DefinitionProblem[] = document.problems.map(({ kind: _kind, ...problem }) => ({
    path: "",
    ...problem,
  }));
  const report: Report = (path, message) =>
    problems.push({ path: formatPath(path), ...document.locate(path), message });
  const definition = problems.length === 0 ? readRoot(document.value, text, report) : undefined;
  return { definition: problems.length === 0 ? definition : undefined, problems, document };
}

function readRoot(value: unknown, text: string, report: Report): PipelineDefinition | undefined {
  if (!isMapping(value)) {
    report([], `A pipeline file is a mapping with the keys ${knownKeys.join(", ")}`);
    return undefined;
  }
  reportUnknownKeys(value, knownKeys, [], report);
  const sentence = (key: string) => {
    const found = value[key];
    if (typeof found === "string" && found.trim() !== "" && found.length <= 500) return found;
    report([key], `${key} must be a text of at most 500 characters`);
    return "";
  };
  const name = sentence("name");
  if (name !== "" && !namePattern.test(name))
    report(["name"], "must be lower-case letters, digits and hyphens, at most 63");
  const variables = readVariables(value.variables, report);
  const definition: PipelineDefinition = {
    name,
    title: sentence("title"),
    strategy: sentence("strategy"),
    keeps: sentence("keeps"),
    drops: sentence("drops"),
    variables,
    dynamic: readDynamic(value.dynamic, variables, report),
    receivers: readComponents(value.receivers, "receivers", report),
    processors: readComponents(value.processors ?? {}, "processors", report),
    routes: readRoutes(value.pipelines, report),
    text,
  };
  reportUnknownVariables(definition, report);
  if (value.dynamic === undefined || definition.dynamic !== undefined) reportUnknownFiles(definition, report);
  return definition;
}

function readComponents(value: unknown, key: string, report: Report): Record<string, ComponentSettings> {
  if (!isMapping(value)) {
    report([key], `${key} must be a mapping from component to settings`);
    return {};
  }
  const components: Record<string, ComponentSettings> = {};
  for (const [id, settings] of Object.entries(value)) {
    if (!componentPattern.test(id)) report([key, id], `${id} is not a component; write type or type/name`);
    if (settings !== null && !isMapping(settings)) report([key, id], `the settings of ${id} must be a mapping`);
    else components[id] = settings;
  }
  return components;
}

function readRoutes(value: unknown, report: Report): Record<string, PipelineRoute> {
  if (!isMapping(value) || Object.keys(value).length === 0) {
    report(["pipelines"], "pipelines must name at least one service pipeline, metrics/process for instance");
    return {};
  }
  const routes: Record<string, PipelineRoute> = {};
  for (const [id, route] of Object.entries(value)) {
    const path = ["pipelines", id];
    if (!routePattern.test(id)) report(path, `${id} is not a pipeline of metrics; write metrics or metrics/name`);
    if (!isMapping(route)) {
      report(path, `${id} must be a mapping with receivers and processors`);
      continue;
    }
    reportUnknownKeys(route, ["receivers", "processors"], path, report);
    const receivers = readNames(route.receivers, [...path, "receivers"], report);
    if (receivers.length === 0) report(path, `${id} has no receivers, so it would carry nothing`);
    routes[id] = { receivers, processors: readNames(route.processors ?? [], [...path, "processors"], report) };
  }
  return routes;
}

function readNames(value: unknown, path: DocumentPath, report: Report): string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  if (value !== undefined) report(path, "must be a list of component names");
  return [];
}

function reportUnknownVariables(definition: PipelineDefinition, report: Report): void {
  const known = definition.variables.map((variable) => variable.name);
  const { receivers, processors } = definition;
  walkText({ receivers, processors }, (text, path) => {
    for (const name of referredVariables(text)) {
      if (!known.includes(name))
        report(path, `refers to a variable "${name}" that is not declared; declared: ${known.join(", ")}`);
    }
  });
}

function reportUnknownFiles({ dynamic, receivers, processors }: PipelineDefinition, report: Report): void {
  const known = dynamic === undefined ? [] : Object.keys(dynamicFiles[dynamic.kind]);
  let refers = false;
  walkText({ receivers, processors }, (text, path) => {
    for (const file of referredDynamicFiles(text)) {
      refers = true;
      if (dynamic === undefined)
        report(path, `refers to ${file} of a moving filter, but the section dynamic is missing`);
      else if (!known.includes(file))
        report(path, `refers to ${file}, which a ${dynamic.kind} filter does not have; it has: ${known.join(", ")}`);
    }
  });
  if (dynamic === undefined || refers) return;
  const files = known.map(dynamicReference).join(", ");
  report(["dynamic"], `nothing refers to what a ${dynamic.kind} filter moves: ${files}`);
}
