import { type CanvasNode, componentKey, placeKey, routeKey } from "./canvas.ts";
import { addComponent, addRoute, setSettings } from "./edit.ts";
import type { Component, GraphModel, Route, RouteList } from "./graph-model.ts";

/** What was copied: components, and the routes whose boxes were among it, with what else of them was. */
export type Fragment = { readonly components: readonly Component[]; readonly routes: readonly Route[] };

/** Copies boxes. A route comes with those of its components that were copied too. */
export function copyNodes(model: GraphModel, nodes: readonly CanvasNode[]): Fragment {
  const components = new Map<string, Component>();
  const places = new Set<string>();
  const chosen = new Set<string>();
  for (const node of nodes) {
    if (node.type === "route") {
      chosen.add(node.id);
      continue;
    }
    if (node.component) components.set(componentKey(node.kind, node.id), node.component);
    if (node.place) places.add(`${node.place.route}|${node.place.index}`);
  }
  const has = (list: RouteList, id: string): boolean =>
    components.has(componentKey(list === "receivers" ? "receiver" : "exporter", id)) ||
    components.has(componentKey("connector", id));
  const routes = model.routes
    .filter(({ id }) => chosen.has(id))
    .map((route) => ({
      id: route.id,
      receivers: route.receivers.filter((id) => has("receivers", id)),
      processors: route.processors.filter((_id, index) => places.has(`${route.id}|${index}`)),
      exporters: route.exporters.filter((id) => has("exporters", id)),
    }));
  return { components: [...components.values()], routes };
}

/** Pastes under names of their own, and gives the keys of the boxes that came to be. */
export function paste(model: GraphModel, fragment: Fragment): { model: GraphModel; keys: string[] } {
  const names = new Map<string, string>();
  let next = model;
  for (const component of fragment.components) {
    const added = addComponent(next, component);
    next = setSettings(added.model, component.kind, added.id, component.settings);
    names.set(componentKey(component.kind, component.id), added.id);
  }
  const renamed = (kind: "receiver" | "processor" | "exporter", id: string): string =>
    names.get(componentKey(kind, id)) ?? names.get(componentKey("connector", id)) ?? id;
  const keys: string[] = [];
  const placed = new Set<string>();
  for (const route of fragment.routes) {
    const processors = route.processors.map((id) => renamed("processor", id));
    const added = addRoute(next, {
      id: route.id,
      receivers: route.receivers.map((id) => renamed("receiver", id)),
      processors,
      exporters: route.exporters.map((id) => renamed("exporter", id)),
    });
    next = added.model;
    keys.push(routeKey(added.id), ...new Set(processors.map((id) => placeKey(added.id, id))));
    for (const id of processors) placed.add(id);
  }
  for (const { kind, id } of fragment.components) {
    const name = names.get(componentKey(kind, id)) ?? id;
    if (kind !== "processor" || !placed.has(name)) keys.push(componentKey(kind, name));
  }
  return { model: next, keys };
}
