import type { Component, ComponentKind, GraphModel, RouteList } from "./graph-model.ts";
import { componentFor, type Signal, signalOf } from "./ids.ts";

/**
 * A box on the canvas. Receivers, exporters and connectors have one each, as a collector runs one of each; a
 * processor has one for every place in a route, as a collector runs one for each; a route has one where its data
 * comes in.
 */
export type CanvasNode =
  | {
      readonly key: string;
      readonly type: "component";
      readonly kind: ComponentKind;
      readonly id: string;
      /** Undefined where a route names a component that nobody defined. */
      readonly component: Component | undefined;
      /** Where a processor stands; undefined for one that is in no route, and for other kinds. */
      readonly place: Place | undefined;
      /** A route, or for an extension the service, uses it. */
      readonly used: boolean;
    }
  | { readonly key: string; readonly type: "route"; readonly id: string; readonly signal: Signal | undefined };

/** The place of a processor in a route. */
export type Place = { readonly route: string; readonly index: number };

/** A line on the canvas; it belongs to one route. */
export type CanvasEdge = {
  readonly key: string;
  readonly source: string;
  readonly target: string;
  readonly route: string;
  readonly signal: Signal | undefined;
  /** Which list of the route it stands for, and where in it. */
  readonly list: RouteList;
  readonly index: number;
};

/** Everything on the canvas. */
export type Canvas = { readonly nodes: readonly CanvasNode[]; readonly edges: readonly CanvasEdge[] };

/** Key of a component that has one box. */
export function componentKey(kind: ComponentKind, id: string): string {
  return `${kind}:${id}`;
}

/** Key of a route's box. */
export function routeKey(id: string): string {
  return `route:${id}`;
}

/** Key of a processor in a route; `nth` counts from 1 where the route names it more than once. */
export function placeKey(route: string, id: string, nth = 1): string {
  return `processor:${id}@${route}${nth > 1 ? `#${nth}` : ""}`;
}

/** What a model looks like on the canvas. */
export function canvasOf(model: GraphModel): Canvas {
  const nodes = new Map<string, CanvasNode>();
  const add = (node: CanvasNode): string => {
    nodes.set(node.key, node);
    return node.key;
  };
  const edges = new Map<string, CanvasEdge>();
  const used = usedKeys(model);

  for (const component of model.components) {
    const key = componentKey(component.kind, component.id);
    if (component.kind === "processor" && used.has(key)) continue;
    add({
      ...{ key, type: "component", kind: component.kind, id: component.id, component, place: undefined },
      used: used.has(key),
    });
  }
  for (const id of model.extensions) {
    const key = componentKey("extension", id);
    if (!nodes.has(key))
      add({ key, type: "component", kind: "extension", id, component: undefined, place: undefined, used: true });
  }
  for (const route of model.routes) {
    const signal = signalOf(route.id);
    const head = add({ key: routeKey(route.id), type: "route", id: route.id, signal });
    const link = (list: RouteList, index: number, source: string, target: string): void => {
      const key = `${route.id}|${source}|${target}`;
      // A name that stands twice in a list is one line: there is one such component.
      if (!edges.has(key)) edges.set(key, { key, source, target, route: route.id, signal, list, index });
    };
    const end = (list: "receivers" | "exporters", id: string): string => {
      const component = componentFor(model, list, id);
      const kind = component?.kind ?? (list === "receivers" ? "receiver" : "exporter");
      const key = componentKey(kind, id);
      if (!nodes.has(key)) add({ key, type: "component", kind, id, component, place: undefined, used: true });
      return key;
    };
    for (const [index, id] of route.receivers.entries()) link("receivers", index, end("receivers", id), head);
    let last = head;
    const seen = new Map<string, number>();
    for (const [index, id] of route.processors.entries()) {
      const nth = (seen.get(id) ?? 0) + 1;
      seen.set(id, nth);
      const component = componentFor(model, "processors", id);
      const place = { route: route.id, index };
      const key = placeKey(route.id, id, nth);
      add({ key, type: "component", kind: "processor", id, component, place, used: true });
      link("processors", index, last, key);
      last = key;
    }
    for (const [index, id] of route.exporters.entries()) link("exporters", index, last, end("exporters", id));
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

/** Keys of the components that a route or the service names. */
function usedKeys(model: GraphModel): Set<string> {
  const keys = new Set(model.extensions.map((id) => componentKey("extension", id)));
  for (const route of model.routes) {
    for (const list of ["receivers", "processors", "exporters"] as const) {
      for (const id of route[list]) {
        const component = componentFor(model, list, id);
        if (component) keys.add(componentKey(component.kind, id));
      }
    }
  }
  return keys;
}
