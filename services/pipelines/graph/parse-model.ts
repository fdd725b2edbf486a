import { parseText, type TextProblem } from "@phoenix/catalog";
import type { Finding } from "@phoenix/validation";
import { isMap, isScalar, type Node, YAMLMap } from "yaml";
import { isKnownType } from "./known-types.ts";
import {
  type ModelNode,
  type ModelPipeline,
  modelLimits,
  type PipelineModel,
  type Section,
  sectionKinds,
} from "./pipeline-model.ts";
import { CopyError, copyPlain, isNull, offsetOf } from "./plain-copy.ts";
import { entriesOf, keyedBy, listOf, mapOf, Refused, settingsText, within } from "./read-nodes.ts";

/** A model, unless something keeps the text from being read, and what was found on the way. */
export type ParsedModel = { model: PipelineModel | undefined; findings: Finding[] };

/** Reads a collector configuration or a pipeline file into nodes and edges. Never throws. */
export function parseModel(text: string): ParsedModel {
  const { document, problems, place } = parseText(text, { types: false });
  const found = (
    severity: Finding["severity"],
    rule: string,
    at: { offset: number; path?: string },
    message: string,
  ) => {
    return { severity, rule, path: at.path ?? "", ...place(at.offset), message, suggestion: "" };
  };
  if (problems.length > 0) return { model: undefined, findings: problems.map(problemFinding) };
  try {
    const { content, writtenOut } = copyPlain(document);
    if (!isMap(content)) throw new Refused("A configuration is a mapping", content, "");
    const leftOut: Finding[] = [];
    const model = readRoot(content, (node, path) => {
      const message = `${path} is no part of a service pipeline and was left out.`;
      leftOut.push(found("warning", "left-out", { offset: offsetOf(node), path }, message));
    });
    const notice = "Anchors and merge keys were replaced by what they stand for.";
    const notices = writtenOut ? [found("info", "anchors-written-out", { offset: 0 }, notice)] : [];
    return { model, findings: [...leftOut, ...notices] };
  } catch (error) {
    if (error instanceof Refused) {
      const at = { offset: offsetOf(error.node), path: error.path };
      return { model: undefined, findings: [found("error", "shape", at, `${error.message}.`)] };
    }
    if (error instanceof CopyError)
      return { model: undefined, findings: [found("error", "yaml", error, `${error.message}.`)] };
    throw error;
  }
}

function problemFinding({ kind, ...problem }: TextProblem): Finding {
  return { severity: "error", rule: kind, path: "", ...problem, suggestion: "" };
}

type LeaveOut = (node: unknown, path: string) => void;

function readRoot(root: YAMLMap, leaveOut: LeaveOut): PipelineModel {
  const top = keyedBy(root, "");
  const pipelineFile = !top.has("service") && ["pipelines", "variables", "title"].some((key) => top.has(key));
  const own: string[] = [...Object.keys(sectionKinds), pipelineFile ? "pipelines" : "service"];
  const service = pipelineFile ? root : mapOf(top.get("service"), "service");
  const parts = pipelineFile ? top : keyedBy(service, "service");
  const nodes = [...top.keys()].flatMap((key) => (key in sectionKinds ? readSection(top, key as Section) : []));
  within(nodes, modelLimits.nodes, "components", root);
  const at = pipelineFile ? "pipelines" : "service.pipelines";
  const pipelines = entriesOf(parts.get("pipelines"), at).map(([id, route]) =>
    readPipeline(id, route, `${at}.${id}`, leaveOut),
  );
  within(pipelines, modelLimits.pipelines, "pipelines", service);
  return {
    nodes,
    pipelines,
    extensions: pipelineFile ? [] : listOf(parts.get("extensions"), "service.extensions"),
    serviceSettings: pipelineFile ? "" : restOf(service, ["pipelines", "extensions"], "service"),
    otherSettings: restOf(root, own, ""),
    pipelineFile,
  };
}

function readSection(top: Map<string, Node | null>, section: Section): ModelNode[] {
  return entriesOf(top.get(section), section).map(([id, settings]) => {
    const kind = sectionKinds[section];
    const text = isNull(settings) ? "" : settingsText(settings, `${section}.${id}`);
    return { kind, id, settings: text, known: isKnownType(kind, id) };
  });
}

function readPipeline(id: string, route: Node | null, path: string, leaveOut: LeaveOut): ModelPipeline {
  const pipeline: ModelPipeline = { id, receivers: [], processors: [], exporters: [] };
  for (const [key, value] of entriesOf(route, path)) {
    if (key === "receivers" || key === "processors" || key === "exporters")
      pipeline[key] = listOf(value, `${path}.${key}`);
    else leaveOut(value, `${path}.${key}`);
  }
  return pipeline;
}

/** What a mapping holds besides these keys, as YAML. */
function restOf(map: YAMLMap, keys: readonly string[], path: string): string {
  const rest = new YAMLMap();
  rest.items = map.items.filter(({ key }) => !(isScalar(key) && keys.includes(String(key.value))));
  return rest.items.length === 0 ? "" : settingsText(rest, path);
}
