import type { Finding } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { type Edge, MarkerType, type Node } from "@xyflow/react";
import { formatCounted } from "../../../../format/quantities.ts";
import { severityOf } from "../../data/findings.ts";
import type { Canvas, CanvasEdge, CanvasNode } from "../graph/canvas.ts";
import type { Positions } from "../graph/graph-store.ts";
import { boxSize } from "../graph/layout.ts";
import { findType } from "../library/find-type.ts";

/** A box as React Flow draws it. */
export type BoxNode = Node<{ node: CanvasNode; errors: number; warnings: number }, "box">;
/** A line as React Flow draws it. */
export type LineEdge = Edge<{ edge: CanvasEdge }>;

/** What is drawn besides the model. */
export type Drawn = {
  canvas: Canvas;
  positions: Positions;
  chosen: readonly string[];
  findings: ReadonlyMap<string, readonly Finding[]>;
};

/** The boxes to draw. */
export function boxNodes({ canvas, positions, chosen, findings }: Drawn): BoxNode[] {
  return canvas.nodes.map((node) => {
    const found = findings.get(node.key) ?? [];
    const errors = found.filter((finding) => severityOf(finding) === "error").length;
    const warnings = found.filter((finding) => severityOf(finding) === "warning").length;
    return {
      id: node.key,
      type: "box",
      position: positions[node.key] ?? { x: 0, y: 0 },
      data: { node, errors, warnings },
      selected: chosen.includes(node.key),
      ...boxSize,
      measured: { ...boxSize },
      ariaLabel: sayBox(node, errors, warnings),
    };
  });
}

/** The lines to draw. */
export function lineEdges({ canvas, chosen }: Drawn): LineEdge[] {
  const names = new Map(canvas.nodes.map((node) => [node.key, node.id]));
  return canvas.edges.map((edge) => ({
    id: edge.key,
    source: edge.source,
    target: edge.target,
    data: { edge },
    selected: chosen.includes(edge.key),
    className: `px-signal-${edge.signal ?? "none"}`,
    markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 },
    ariaLabel: `${names.get(edge.source) ?? ""} to ${names.get(edge.target) ?? ""} in ${edge.route}`,
    interactionWidth: 18,
  }));
}

/** A box in words. */
function sayBox(node: CanvasNode, errors: number, warnings: number): string {
  const found = [
    errors > 0 ? formatCounted(errors, "error") : "",
    warnings > 0 ? formatCounted(warnings, "warning") : "",
  ];
  const what = node.type === "route" ? `Pipeline ${node.id}` : `${kindOf(node)} ${node.id}`;
  const where = node.type === "component" && node.place ? `in ${node.place.route}` : "";
  const unused = node.type === "component" && !node.used ? "in no pipeline" : "";
  return [what, where, unused, ...found].filter(Boolean).join(", ");
}

/** What a box is, in a few words. */
export function kindOf(node: CanvasNode): string {
  if (node.type === "route") return `pipeline of ${node.signal ?? "unknown data"}`;
  const title = findType(node.kind, node.id)?.title;
  return title === undefined ? node.kind : `${node.kind}: ${title}`;
}
