import type { CanvasEdge, CanvasNode } from "./canvas.ts";
import type { Component, ComponentKind, GraphModel, Route, RouteList } from "./graph-model.ts";
import { freshId, freshRouteId } from "./ids.ts";

const lists = ["receivers", "processors", "exporters"] as const;

/** Adds a component under an id of its own; an extension runs from the start. */
export function addComponent(model: GraphModel, component: Component): { model: GraphModel; id: string } {
  const id = freshId(model, component.kind, component.id);
  const components = [...model.components, { ...component, id }];
  const extensions = component.kind === "extension" ? [...model.extensions, id] : model.extensions;
  return { model: { ...model, components, extensions }, id };
}

/** Adds a route under an id of its own. */
export function addRoute(model: GraphModel, route: Route): { model: GraphModel; id: string } {
  const id = freshRouteId(model, route.id);
  return { model: { ...model, routes: [...model.routes, { ...route, id }] }, id };
}

/** Changes one route. */
export function changeRoute(model: GraphModel, id: string, change: (route: Route) => Route): GraphModel {
  return { ...model, routes: model.routes.map((route) => (route.id === id ? change(route) : route)) };
}

/** Adds a name to the end of a list of a route, unless it is there. */
export function appendTo(model: GraphModel, routeId: string, list: RouteList, id: string): GraphModel {
  return changeRoute(model, routeId, (route) =>
    route[list].includes(id) ? route : { ...route, [list]: [...route[list], id] },
  );
}

/** Takes the name at an index out of a list of a route. */
export function takeOut(model: GraphModel, routeId: string, list: RouteList, index: number): GraphModel {
  return changeRoute(model, routeId, (route) => ({ ...route, [list]: route[list].filter((_id, at) => at !== index) }));
}

/** Moves a name in a list of a route to another index, counted before the move takes it out. */
export function moveWithin(
  model: GraphModel,
  routeId: string,
  list: RouteList,
  move: { from: number; to: number },
): GraphModel {
  return changeRoute(model, routeId, (route) => {
    const names = [...route[list]];
    const [moved] = names.splice(move.from, 1);
    if (moved === undefined) return route;
    names.splice(move.to > move.from ? move.to - 1 : move.to, 0, moved);
    return { ...route, [list]: names };
  });
}

/** Gives a component other settings. */
export function setSettings(model: GraphModel, kind: ComponentKind, id: string, settings: string): GraphModel {
  return {
    ...model,
    components: model.components.map((each) => (each.kind === kind && each.id === id ? { ...each, settings } : each)),
  };
}

/** Says whether a component of this kind may have this name; the reason where it may not. */
export function refuseName(model: GraphModel, kind: ComponentKind, from: string, to: string): string | undefined {
  if (to === from) return undefined;
  if (to.trim() !== to || to === "") return "A name has no spaces around it and is not empty.";
  if (to.split("/")[0] !== from.split("/")[0])
    return `It stays a ${from.split("/")[0]}: change what follows the slash.`;
  if (to.endsWith("/")) return "Something has to follow the slash.";
  if (to.length > 256) return "A name has 256 characters at most.";
  const taken = model.components.some((each) => each.kind === kind && each.id === to);
  return taken ? `There is a ${kind} ${to} already.` : undefined;
}

/** Renames a component wherever it is named. */
export function renameComponent(model: GraphModel, kind: ComponentKind, from: string, to: string): GraphModel {
  const rename = (names: readonly string[]): readonly string[] => names.map((name) => (name === from ? to : name));
  const where: Record<ComponentKind, readonly RouteList[]> = {
    receiver: ["receivers"],
    processor: ["processors"],
    exporter: ["exporters"],
    connector: ["receivers", "exporters"],
    extension: [],
  };
  return {
    ...model,
    components: model.components.map((each) => (each.kind === kind && each.id === from ? { ...each, id: to } : each)),
    routes: model.routes.map((route) => ({
      ...route,
      ...Object.fromEntries(where[kind].map((list) => [list, rename(route[list])])),
    })),
    extensions: kind === "extension" ? rename(model.extensions) : model.extensions,
  };
}

/** Has an extension run, or not. */
export function setRunning(model: GraphModel, id: string, running: boolean): GraphModel {
  const others = model.extensions.filter((each) => each !== id);
  return { ...model, extensions: running ? [...others, id] : others };
}

/** Takes what a line stands for out of its route. */
export function removeEdge(model: GraphModel, { route, list, index }: CanvasEdge): GraphModel {
  return takeOut(model, route, list, index);
}

/**
 * Removes boxes: a route alone, its components stay; a processor from its route, and altogether when no route is
 * left that names it; any other component wherever it is named.
 */
export function removeNodes(model: GraphModel, nodes: readonly CanvasNode[]): GraphModel {
  const gone = new Set(nodes.map((node) => (node.type === "route" ? node.id : "")));
  let left: GraphModel = { ...model, routes: model.routes.filter(({ id }) => !gone.has(id)) };
  // From the back, so that an index still means what it meant.
  const placed = nodes.flatMap((node) =>
    node.type === "component" && node.place ? [{ ...node.place, id: node.id }] : [],
  );
  for (const { route, index } of placed.toSorted((a, b) => b.index - a.index))
    left = takeOut(left, route, "processors", index);
  const stillUsed = new Set(left.routes.flatMap(({ processors }) => processors));
  for (const node of nodes) {
    if (node.type === "route" || (node.kind === "processor" && stillUsed.has(node.id))) continue;
    left = removeComponent(left, node.kind, node.id);
  }
  return left;
}

function removeComponent(model: GraphModel, kind: ComponentKind, id: string): GraphModel {
  const means = (list: RouteList): boolean => (kind === "connector" ? list !== "processors" : list === `${kind}s`);
  return {
    ...model,
    components: model.components.filter((each) => each.kind !== kind || each.id !== id),
    extensions: kind === "extension" ? model.extensions.filter((each) => each !== id) : model.extensions,
    routes: model.routes.map((route) => ({
      ...route,
      ...Object.fromEntries(lists.filter(means).map((list) => [list, route[list].filter((name) => name !== id)])),
    })),
  };
}
