import "@xyflow/react/dist/base.css";
import { useComputedColorScheme } from "@mantine/core";
import type { Finding } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import {
  Background,
  type Connection,
  type EdgeChange,
  type NodeChange,
  ReactFlow,
  SelectionMode,
  useReactFlow,
} from "@xyflow/react";
import { type DragEvent, type KeyboardEvent, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import type { Canvas } from "../graph/canvas.ts";
import { connect } from "../graph/connect.ts";
import type { GraphStore } from "../graph/graph-store.ts";
import { boxSize, type Position } from "../graph/layout.ts";
import { signalsOf } from "../library/find-type.ts";
import { readDragged } from "../palette/dragged.ts";
import { Box } from "./box.tsx";
import classes from "./canvas.module.css";
import { type BoxNode, boxNodes, type LineEdge, lineEdges } from "./flow-nodes.ts";

const nodeTypes = { box: Box };
const ariaLabels = { "node.a11yDescription.default": "Enter chooses it, the arrow keys move it, Delete removes it." };

/** The canvas: boxes and lines to move, draw, choose and remove. */
export function CanvasView({
  graph,
  canvas,
  findings,
  onKey,
  readOnly,
}: {
  graph: GraphStore;
  canvas: Canvas;
  findings: ReadonlyMap<string, readonly Finding[]>;
  /** Keys that mean something on the canvas. */
  onKey: (event: KeyboardEvent) => void;
  readOnly: boolean;
}) {
  const scheme = useComputedColorScheme("light");
  const { screenToFlowPosition } = useReactFlow();
  const place = useRef<HTMLDivElement>(null);
  const stored = useStore(graph, ({ positions }) => positions);
  const chosen = useStore(graph, (state) => state.chosen);
  // Where boxes are while they are dragged: a step of undo only once they are let go.
  const [dragged, setDragged] = useState<Record<string, Position>>({});
  const positions = useMemo(() => ({ ...stored, ...dragged }), [stored, dragged]);
  const drawn = { canvas, positions, chosen, findings };
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is drawn is made of these
  const nodes = useMemo(() => boxNodes(drawn), [canvas, positions, chosen, findings]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is drawn is made of these
  const edges = useMemo(() => lineEdges(drawn), [canvas, chosen]);

  const onNodesChange = (changes: NodeChange<BoxNode>[]): void => {
    const moves: Record<string, Position> = {};
    let over = false;
    for (const change of changes) {
      if (change.type !== "position" || change.position === undefined) continue;
      moves[change.id] = change.position;
      over ||= change.dragging !== true;
    }
    if (Object.keys(moves).length > 0) {
      if (over) {
        setDragged({});
        graph.getState().move({ ...dragged, ...moves });
      } else setDragged((before) => ({ ...before, ...moves }));
    }
    choose(changes);
  };
  const choose = (changes: (NodeChange<BoxNode> | EdgeChange<LineEdge>)[]): void => {
    const keys = new Set(graph.getState().chosen);
    for (const change of changes) {
      if (change.type !== "select") continue;
      if (change.selected) keys.add(change.id);
      else keys.delete(change.id);
    }
    graph.getState().choose([...keys]);
  };
  const onDrop = (event: DragEvent): void => {
    const dropped = readDragged(event.dataTransfer);
    if (dropped === undefined) return;
    event.preventDefault();
    const { x, y } = screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const at = { x: x - boxSize.width / 2, y: y - boxSize.height / 2 };
    if (dropped.what === "route") graph.getState().placeRoute(dropped.signal, at);
    else graph.getState().place(dropped.component, at);
  };
  const isValid = ({ source, target }: Connection | LineEdge): boolean =>
    !("refused" in connect(graph.getState().model, source, target, signalsOf));

  return (
    // biome-ignore lint/a11y/useSemanticElements: a canvas is no region of the page's text
    <div
      ref={place}
      role="group"
      tabIndex={-1}
      aria-label="Canvas"
      className={classes.place}
      onDragOver={(event) => event.preventDefault()}
      onDrop={onDrop}
      onKeyDown={(event) => {
        onKey(event);
        // What had the focus may be removed by the key; the next key is for the canvas all the same.
        if (event.defaultPrevented) place.current?.focus({ preventScroll: true });
      }}
    >
      <ReactFlow<BoxNode, LineEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        colorMode={scheme}
        onNodesChange={onNodesChange}
        onEdgesChange={choose}
        onConnect={({ source, target }) => graph.getState().join(source, target, signalsOf)}
        onConnectEnd={(_event, { fromNode, toNode, fromHandle, isValid: valid }) => {
          if (valid || !fromNode || !toNode) return;
          const [source, target] = fromHandle?.type === "target" ? [toNode, fromNode] : [fromNode, toNode];
          // Refused: what the store does then is say why.
          graph.getState().join(source.id, target.id, signalsOf);
        }}
        isValidConnection={isValid}
        connectionRadius={36}
        deleteKeyCode={null}
        selectionMode={SelectionMode.Partial}
        multiSelectionKeyCode={["Meta", "Control", "Shift"]}
        nodesDraggable={!readOnly}
        nodesConnectable={!readOnly}
        minZoom={0.2}
        maxZoom={2}
        fitView
        fitViewOptions={{ padding: 0.15, maxZoom: 1 }}
        ariaLabelConfig={ariaLabels}
      >
        <Background gap={20} />
      </ReactFlow>
      {nodes.length === 0 && (
        <div className={classes.hint}>Drag components here, or choose one in the library and press Enter.</div>
      )}
    </div>
  );
}
