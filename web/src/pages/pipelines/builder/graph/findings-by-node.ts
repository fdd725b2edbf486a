import type { Finding } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { type Canvas, componentKey, routeKey } from "./canvas.ts";

/** What is needed of a finding to know whom it concerns. */
type Located = Pick<Finding, "path">;

const sections = {
  receivers: "receiver",
  processors: "processor",
  exporters: "exporter",
  connectors: "connector",
  extensions: "extension",
} as const;
const listed = /^(?:\.(receivers|processors|exporters)(?:\[(\d+)\])?)?/;

/**
 * Findings by the key of the box they concern; what is about no box has the key "". A finding about the settings
 * of a processor is on each of its boxes, one about a name in a route on the box of that name.
 */
export function findingsByNode<F extends Located>(
  canvas: Canvas,
  extensions: readonly string[],
  findings: readonly F[],
): Map<string, F[]> {
  const byKey = new Map<string, F[]>();
  for (const finding of findings) {
    const keys = keysOf(canvas, extensions, finding.path);
    for (const key of keys.length > 0 ? keys : [""]) byKey.set(key, [...(byKey.get(key) ?? []), finding]);
  }
  return byKey;
}

function keysOf(canvas: Canvas, extensions: readonly string[], path: string): string[] {
  const inRoutes = path.replace(/^service\./, "");
  if (inRoutes.startsWith("pipelines.")) return routeKeys(canvas, inRoutes.slice("pipelines.".length));
  for (const [section, kind] of Object.entries(sections)) {
    if (!path.startsWith(`${section}.`)) continue;
    const id = longestId(
      canvas.nodes.flatMap((node) => (node.type === "component" && node.kind === kind ? [node.id] : [])),
      path.slice(section.length + 1),
    );
    const here = canvas.nodes.filter((node) => node.type === "component" && node.kind === kind && node.id === id);
    return here.map(({ key }) => key);
  }
  const [, index] = /^service\.extensions\[(\d+)\]/.exec(path) ?? [];
  const extension = extensions[Number(index)];
  return extension === undefined ? [] : [componentKey("extension", extension)];
}

function routeKeys({ nodes, edges }: Canvas, rest: string): string[] {
  const id = longestId(
    nodes.flatMap((node) => (node.type === "route" ? [node.id] : [])),
    rest,
  );
  if (id === undefined) return [];
  const [, list, index] = listed.exec(rest.slice(id.length)) ?? [];
  if (list === undefined || index === undefined) return [routeKey(id)];
  const edge = edges.find((each) => each.route === id && each.list === list && each.index === Number(index));
  if (edge === undefined) return [routeKey(id)];
  return [list === "receivers" ? edge.source : edge.target];
}

/** Ids may hold dots, so the longest that fits is meant. */
function longestId(ids: readonly string[], rest: string): string | undefined {
  const fits = ids.filter((id) => rest === id || (rest.startsWith(id) && /^[.[]/.test(rest.slice(id.length))));
  return fits.toSorted((a, b) => b.length - a.length)[0];
}
