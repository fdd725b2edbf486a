import { parseText } from "@phoenix/catalog";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { isMap, isScalar, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { type ModelPipeline, type PipelineModel, type Section, sectionKinds } from "./pipeline-model.ts";
import { CopyError, copyPlain } from "./plain-copy.ts";
import { textScalar, writeNode } from "./write-node.ts";

/**
 * Writes a model as YAML: what is not a component first, then the sections in the order in which their first
 * components stand, then the pipelines. Throws INVALID_FIELD for settings that are not YAML, and for a model
 * that says a thing twice or in the wrong place.
 */
export function formatModel(model: PipelineModel): string {
  const sections = Object.keys(sectionKinds) as Section[];
  const root = new YAMLMap();
  root.items.push(...readMapping(model.otherSettings, "other_settings", [...sections, "service", ...topNames(model)]));
  for (const section of sectionOrder(model)) {
    const nodes = model.nodes.filter(({ kind }) => kind === sectionKinds[section]);
    refuseTwice(
      nodes.map(({ id }) => id),
      section,
    );
    const entries = nodes.map(({ id, settings }) => [id, readSettings(settings, `${section}.${id}`)] as const);
    root.items.push(new Pair(textScalar(section), mapping(entries)));
  }
  refuseTwice(
    model.pipelines.map(({ id }) => id),
    "pipelines",
  );
  const pipelines = mapping(model.pipelines.map((pipeline) => [pipeline.id, writePipeline(pipeline)] as const));
  if (model.pipelineFile) {
    if (model.extensions.length > 0 || model.serviceSettings.trim() !== "")
      throw refusal("service_settings", "A pipeline file has no settings of the service and no extensions");
    root.items.push(new Pair(textScalar("pipelines"), pipelines));
  } else root.items.push(new Pair(textScalar("service"), writeService(model, pipelines)));
  return writeNode(root);
}

/** Keys that would make the rest of a model be read as something else. */
function topNames({ pipelineFile }: PipelineModel): string[] {
  return pipelineFile ? ["pipelines"] : [];
}

function sectionOrder({ nodes }: PipelineModel): Section[] {
  const sections = Object.keys(sectionKinds) as Section[];
  const kinds = [...new Set(nodes.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => sections.find((section) => sectionKinds[section] === kind) ?? []);
}

function writeService({ extensions, serviceSettings }: PipelineModel, pipelines: YAMLMap): YAMLMap {
  const service = new YAMLMap();
  if (extensions.length > 0) service.items.push(new Pair(textScalar("extensions"), names(extensions)));
  service.items.push(...readMapping(serviceSettings, "service_settings", ["extensions", "pipelines"]));
  if (pipelines.items.length > 0) service.items.push(new Pair(textScalar("pipelines"), pipelines));
  return service;
}

function writePipeline(pipeline: ModelPipeline): YAMLMap {
  const lists = (["receivers", "processors", "exporters"] as const).filter((key) => pipeline[key].length > 0);
  return mapping(lists.map((key) => [key, names(pipeline[key])] as const));
}

function names(ids: readonly string[]): YAMLSeq {
  const list = new YAMLSeq();
  list.flow = true;
  list.items = ids.map(textScalar);
  return list;
}

function mapping(entries: readonly (readonly [string, Node])[]): YAMLMap {
  const map = new YAMLMap();
  map.items = entries.map(([key, value]) => new Pair(textScalar(key), value));
  return map;
}

function readMapping(text: string, field: string, forbidden: readonly string[]): Pair[] {
  const node = readSettings(text, field);
  if (isScalar(node) && node.value === "") return [];
  if (!isMap(node)) throw refusal(field, "It must be a mapping");
  for (const { key } of node.items) {
    if (!isScalar(key)) throw refusal(field, "A key is not a text");
    if (forbidden.includes(String(key.value)))
      throw refusal(field, `${String(key.value)} has its own place in a model`);
  }
  return node.items;
}

/** Settings as a node; an empty scalar for none. */
function readSettings(text: string, field: string): Node {
  const { document, problems } = parseText(text, { types: false });
  const [problem] = problems;
  if (problem) throw refusal(field, `${problem.message}, line ${problem.line}, column ${problem.column}`);
  try {
    const nothing = new Scalar("");
    nothing.type = "PLAIN";
    return copyPlain(document).content ?? nothing;
  } catch (error) {
    if (error instanceof CopyError) throw refusal(field, error.message);
    throw error;
  }
}

function refuseTwice(ids: readonly string[], where: string): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) throw refusal(where, `${id} stands there twice`);
    seen.add(id);
  }
}

function refusal(field: string, why: string): Error {
  const message = `The model cannot be written because of ${field}: ${why}. Correct it and write again.`;
  return phoenixError(ErrorReason.INVALID_FIELD, message, { metadata: { field } });
}
