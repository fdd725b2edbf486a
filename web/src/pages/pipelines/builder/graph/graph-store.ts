/**
 * The state of one builder: the model, where its boxes stand, and what is chosen. Undo and redo go over model and
 * positions; a drag is one step, as its moves are taken over when it ends. What is chosen is no step.
 */
import { temporal } from "zundo";
import { createStore } from "zustand/vanilla";
import { type CanvasEdge, type CanvasNode, canvasOf, componentKey, placeKey, routeKey } from "./canvas.ts";
import { copyNodes, type Fragment, paste } from "./clipboard.ts";
import { connect, type SignalsOf } from "./connect.ts";
import { addComponent, addRoute, removeEdge, removeNodes, renameComponent } from "./edit.ts";
import { type Component, type ComponentKind, emptyModel, type GraphModel } from "./graph-model.ts";
import { boxSize, freePosition, type Position } from "./layout.ts";

/** Where boxes stand, by key. */
export type Positions = Readonly<Record<string, Position>>;

/** What undo and redo bring back. */
type Remembered = { readonly model: GraphModel; readonly positions: Positions };

/** The state and what can be done to it; each act is one step of undo unless it says otherwise. */
export type GraphState = Remembered & {
  /** Keys of the chosen boxes and lines. */
  readonly chosen: readonly string[];
  /** What the last act did or why it could not be done, for a status line. */
  readonly said: string;
  /** Takes another model over; boxes that are still there stay where they are. */
  readonly replace: (model: GraphModel, positions?: Positions) => void;
  /** Changes the model by one of the acts of edit.ts. */
  readonly change: (change: (model: GraphModel) => GraphModel, said?: string) => void;
  readonly place: (component: Component, at?: Position) => string;
  readonly placeRoute: (signal: string, at?: Position) => string;
  readonly join: (source: string, target: string, signalsOf: SignalsOf) => boolean;
  readonly rename: (kind: ComponentKind, from: string, to: string) => void;
  /** Moves boxes, once a drag is over. */
  readonly move: (positions: Positions) => void;
  readonly removeChosen: () => void;
  readonly copyChosen: () => Fragment;
  readonly pasteFragment: (fragment: Fragment) => void;
  /** Chooses; no step of undo. */
  readonly choose: (keys: readonly string[]) => void;
};

/** Makes the state of one builder. */
export function createGraphStore() {
  return createStore<GraphState>()(
    temporal(
      (set, get) => ({
        model: emptyModel,
        positions: {},
        chosen: [],
        said: "",
        replace: (model, positions) =>
          set({ model, positions: positions ?? placed(model, get().positions), chosen: [] }),
        change: (change, said = "") =>
          set(({ model, positions, chosen }) => {
            const next = change(model);
            if (next === model) return { said };
            return { model: next, positions: placed(next, positions), chosen: chosenIn(next, chosen), said };
          }),
        place: (component, at) => {
          const { model, positions } = get();
          const added = addComponent(model, component);
          const key = componentKey(component.kind, added.id);
          const position = freePosition(at ?? belowAll(positions), Object.values(positions));
          const said = `Added the ${component.kind} ${added.id}.`;
          set({ model: added.model, positions: { ...positions, [key]: position }, chosen: [key], said });
          return key;
        },
        placeRoute: (signal, at) => {
          const { model, positions } = get();
          const added = addRoute(model, { id: signal, receivers: [], processors: [], exporters: [] });
          const key = routeKey(added.id);
          const position = freePosition(at ?? belowAll(positions), Object.values(positions));
          const said = `Added the pipeline ${added.id}.`;
          set({ model: added.model, positions: { ...positions, [key]: position }, chosen: [key], said });
          return key;
        },
        join: (source, target, signalsOf) => {
          const { model, positions, chosen } = get();
          const joined = connect(model, source, target, signalsOf);
          if ("refused" in joined) {
            set({ said: joined.refused });
            return false;
          }
          const next = joined.model;
          set({ model: next, positions: placed(next, positions), chosen: chosenIn(next, chosen), said: joined.said });
          return true;
        },
        rename: (kind, from, to) => {
          const { model, positions } = get();
          const next = renameComponent(model, kind, from, to);
          const renamed = renamedKeys(model, kind, from, to);
          const moved = Object.entries(positions).map(([key, at]) => [renamed.get(key) ?? key, at] as const);
          const chosen = get().chosen.map((key) => renamed.get(key) ?? key);
          set({
            model: next,
            positions: placed(next, Object.fromEntries(moved)),
            chosen,
            said: `${from} is ${to} now.`,
          });
        },
        move: (moved) => set(({ positions }) => ({ positions: { ...positions, ...moved } })),
        removeChosen: () => {
          const { model, positions, chosen } = get();
          const { nodes, edges } = chosenOf(model, chosen);
          if (nodes.length + edges.length === 0) return;
          // Lines of boxes that go too go with them, and their indexes would mean something else by then.
          const keys = new Set(nodes.map(({ key }) => key));
          const lines = edges.filter(({ source, target }) => !keys.has(source) && !keys.has(target));
          const cut = lines.toSorted((a, b) => b.index - a.index).reduce(removeEdge, model);
          const next = removeNodes(cut, nodesAgain(cut, nodes));
          const said = `Removed ${[...nodes.map(({ id }) => id), ...lines.map(() => "a line")].join(", ")}.`;
          set({ model: next, positions: placed(next, positions), chosen: [], said });
        },
        copyChosen: () => copyNodes(get().model, chosenOf(get().model, get().chosen).nodes),
        pasteFragment: (fragment) => {
          const { model, positions } = get();
          const pasted = paste(model, fragment);
          if (pasted.keys.length === 0) return;
          const said = `Pasted ${pasted.keys.length === 1 ? "one box" : `${pasted.keys.length} boxes`}.`;
          set({ model: pasted.model, positions: placed(pasted.model, positions), chosen: pasted.keys, said });
        },
        choose: (wanted) => {
          const { chosen, model } = get();
          const keys = chosenIn(model, wanted);
          if (keys.length !== chosen.length || keys.some((key) => !chosen.includes(key))) set({ chosen: [...keys] });
        },
      }),
      {
        limit: 200,
        partialize: ({ model, positions }): Remembered => ({ model, positions }),
        equality: (a, b) => a.model === b.model && a.positions === b.positions,
      },
    ),
  );
}

/** The store of one builder. */
export type GraphStore = ReturnType<typeof createGraphStore>;

/** The chosen boxes and lines of a model. */
function chosenOf(model: GraphModel, chosen: readonly string[]): { nodes: CanvasNode[]; edges: CanvasEdge[] } {
  const { nodes, edges } = canvasOf(model);
  const keys = new Set(chosen);
  return { nodes: nodes.filter(({ key }) => keys.has(key)), edges: edges.filter(({ key }) => keys.has(key)) };
}

/** The same boxes in a model that changed: their indexes may be others. */
function nodesAgain(model: GraphModel, nodes: readonly CanvasNode[]): CanvasNode[] {
  const keys = new Set(nodes.map(({ key }) => key));
  return canvasOf(model).nodes.filter(({ key }) => keys.has(key));
}

/**
 * A position for every box and none for those that are gone. A processor that came into a route or out of it
 * stays where it was; anything else that is new goes below the rest.
 */
function placed(model: GraphModel, positions: Positions): Positions {
  const { nodes } = canvasOf(model);
  const keys = new Set(nodes.map(({ key }) => key));
  const left = Object.entries(positions).filter(([key]) => !keys.has(key));
  const result: Record<string, Position> = {};
  for (const { key } of nodes) {
    const at = positions[key];
    if (at) result[key] = at;
  }
  for (const node of nodes) {
    if (result[node.key]) continue;
    const before = left.findIndex(([key]) => node.type === "component" && boxOf(key) === `${node.kind}:${node.id}`);
    const [was] = before < 0 ? [] : left.splice(before, 1);
    result[node.key] = was?.[1] ?? freePosition(beginning(node, model, result), Object.values(result));
  }
  return result;
}

/** Where a box that is new belongs: a route below its first receiver, anything else below everything. */
function beginning(node: CanvasNode, { routes }: GraphModel, positions: Positions): Position {
  const route = routes.find(({ id }) => node.type === "route" && id === node.id);
  const neighbour = route && positions[componentKey("receiver", route.receivers[0] ?? "")];
  return neighbour ? { x: neighbour.x, y: neighbour.y + boxSize.height + 40 } : belowAll(positions);
}

/** What of the chosen is still there; a processor that came into a route or out of it is chosen as what it is now. */
function chosenIn(model: GraphModel, chosen: readonly string[]): readonly string[] {
  const { nodes, edges } = canvasOf(model);
  const keys = new Set([...nodes, ...edges].map(({ key }) => key));
  return chosen.flatMap((key) => {
    if (keys.has(key)) return [key];
    const boxes = nodes.filter((node) => node.type === "component" && boxOf(key) === `${node.kind}:${node.id}`);
    return boxes.length === 1 ? boxes.map((node) => node.key) : [];
  });
}

function belowAll(positions: Positions): Position {
  const all = Object.values(positions);
  if (all.length === 0) return { x: 0, y: 0 };
  return {
    x: Math.min(...all.map(({ x }) => x)),
    y: Math.max(...all.map(({ y }) => y)) + boxSize.height + 40,
  };
}

/** A key without the place: what component it is of. */
function boxOf(key: string): string {
  return key.replace(/@.*$/, "");
}

function renamedKeys(model: GraphModel, kind: ComponentKind, from: string, to: string): Map<string, string> {
  const keys = new Map([[componentKey(kind, from), componentKey(kind, to)]]);
  if (kind !== "processor") return keys;
  for (const { id } of model.routes) {
    for (const nth of [1, 2, 3]) keys.set(placeKey(id, from, nth), placeKey(id, to, nth));
  }
  return keys;
}
