import type { Canvas } from "./canvas.ts";

/** Where a box stands, its upper left corner, in the canvas's own units. */
export type Position = { readonly x: number; readonly y: number };

/** Size of a box, which the style sheet holds to. */
export const boxSize = { width: 208, height: 64 } as const;

/**
 * Lays a whole canvas out from top to bottom along its lines; boxes without lines stand below. Loads dagre when
 * it is first asked.
 */
export async function layOut(canvas: Canvas): Promise<Map<string, Position>> {
  const { default: dagre } = await import("@dagrejs/dagre");
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 32, ranksep: 40, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  const lined = new Set(canvas.edges.flatMap(({ source, target }) => [source, target]));
  for (const { key } of canvas.nodes) if (lined.has(key)) graph.setNode(key, { ...boxSize });
  for (const { key, source, target } of canvas.edges) graph.setEdge(source, target, {}, key);
  if (lined.size > 0) dagre.layout(graph);
  const positions = new Map<string, Position>();
  let bottom = 0;
  for (const key of lined) {
    const { x, y } = graph.node(key);
    positions.set(key, { x: x - boxSize.width / 2, y: y - boxSize.height / 2 });
    bottom = Math.max(bottom, y + boxSize.height / 2 + 48);
  }
  const single = canvas.nodes.filter(({ key }) => !lined.has(key));
  for (const [index, { key }] of single.entries()) {
    const column = index % 3;
    const row = Math.floor(index / 3);
    positions.set(key, { x: column * (boxSize.width + 32), y: bottom + row * (boxSize.height + 28) });
  }
  return positions;
}

/** A free place near a wanted one: moved down and right until no box is under it. */
export function freePosition(wanted: Position, taken: Iterable<Position>): Position {
  const others = [...taken];
  let position = wanted;
  const covers = (other: Position): boolean =>
    Math.abs(other.x - position.x) < boxSize.width / 2 && Math.abs(other.y - position.y) < boxSize.height;
  while (others.some(covers)) position = { x: position.x + 24, y: position.y + boxSize.height + 16 };
  return position;
}
