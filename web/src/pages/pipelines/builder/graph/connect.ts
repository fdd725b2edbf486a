import { type CanvasNode, canvasOf, routeKey } from "./canvas.ts";
import { addRoute, appendTo, changeRoute, moveWithin } from "./edit.ts";
import type { GraphModel, Route } from "./graph-model.ts";
import { type Signal, signalOf, signals } from "./ids.ts";

/** Signals that components take in and give out; the library of components answers, all where it does not know. */
export type SignalsOf = (node: Extract<CanvasNode, { type: "component" }>, end: "in" | "out") => readonly Signal[];

/** What drawing a line does: another model, and a sentence on what changed, or why it cannot be. */
export type Connected = { readonly model: GraphModel; readonly said: string } | { readonly refused: string };

type ComponentNode = Extract<CanvasNode, { type: "component" }>;

/** Decides what a line from one box to another means for the model. */
export function connect(model: GraphModel, from: string, to: string, signalsOf: SignalsOf): Connected {
  const { nodes } = canvasOf(model);
  const source = nodes.find(({ key }) => key === from);
  const target = nodes.find(({ key }) => key === to);
  if (!source || !target) return { refused: "One end of the line is gone." };
  if (source === target) return { refused: "A line has two ends." };
  const cannot = refuseKinds(source, target);
  if (cannot !== undefined) return { refused: cannot };
  const route = routeOf(source, "out") ?? routeOf(target, "in");
  if (route !== undefined) return within(model, { route, source, target }, signalsOf);
  if (source.type === "route" || target.type === "route") return { refused: "The pipeline is gone." };
  return acrossNothing(model, source, target, signalsOf);
}

/** Why a line between two kinds of boxes means nothing; undefined where it means something. */
function refuseKinds(source: CanvasNode, target: CanvasNode): string | undefined {
  if (source.type === "component" && (source.kind === "exporter" || source.kind === "extension"))
    return source.kind === "exporter"
      ? `${source.id} is an exporter: data leaves there. A connector goes on into another pipeline.`
      : `${source.id} is an extension: it runs beside the pipelines, no data goes through it.`;
  if (target.type === "component" && (target.kind === "receiver" || target.kind === "extension"))
    return target.kind === "receiver"
      ? `${target.id} is a receiver: nothing goes into it.`
      : `${target.id} is an extension: it runs beside the pipelines, no data goes through it.`;
  if (target.type === "route" && (source.type === "route" || source.kind === "processor"))
    return `Into the pipeline ${target.id} goes what receivers and connectors bring.`;
  const [a, b] = [routeOf(source, "out"), routeOf(target, "in")];
  if (a !== undefined && b !== undefined && a !== b)
    return `${a} and ${b} are two pipelines: a connector brings data from one into the other.`;
  return undefined;
}

/** The route that a box belongs to: where data leaves it, or where it enters. */
function routeOf(node: CanvasNode, _end: "in" | "out"): string | undefined {
  return node.type === "route" ? node.id : node.place?.route;
}

type Line = { route: string; source: CanvasNode; target: CanvasNode };

/** A line that belongs to a route. */
function within(model: GraphModel, { route, source, target }: Line, signalsOf: SignalsOf): Connected {
  const signal = signalOf(route);
  for (const [node, end] of [
    [source, "out"],
    [target, "in"],
  ] as const) {
    if (node.type === "component" && signal && !signalsOf(node, end).includes(signal))
      return { refused: `${node.id} has nothing to do with ${signal}, which ${route} carries.` };
  }
  if (source.type === "component" && (source.kind === "receiver" || source.kind === "connector")) {
    const next = appendTo(model, route, "receivers", source.id);
    if (hasCircle(next)) return { refused: `${route} writes to ${source.id}, so that data would go round for ever.` };
    return { model: next, said: `${source.id} brings data into ${route}.` };
  }
  if (target.type === "component" && (target.kind === "exporter" || target.kind === "connector")) {
    const next = appendTo(model, route, "exporters", target.id);
    if (hasCircle(next))
      return { refused: `${target.id} leads back to ${route}, so that data would go round for ever.` };
    return { model: next, said: `${route} sends to ${target.id}.` };
  }
  return order(model, { route, source, target });
}

/** A line to a processor in a route, from its head or from another processor. */
function order(model: GraphModel, { route, source, target }: Line): Connected {
  if (target.type === "route") return { refused: "A processor does not lead back to where its pipeline begins." };
  const behind = source.type === "component" ? source.place?.index : -1;
  const at = target.place?.index;
  const said = behind === -1 ? `${target.id} is the first processor of ${route}.` : `${target.id} follows in ${route}.`;
  if (behind === undefined) {
    // The source is in no route yet: it comes before the target.
    const before = changeRoute(model, route, (each) => insert(each, at ?? 0, source.id));
    return { model: before, said: `${source.id} comes before ${target.id} in ${route}.` };
  }
  if (at === undefined)
    return { model: changeRoute(model, route, (each) => insert(each, behind + 1, target.id)), said };
  return { model: moveWithin(model, route, "processors", { from: at, to: behind + 1 }), said };
}

function insert(route: Route, index: number, id: string): Route {
  return { ...route, processors: route.processors.toSpliced(index, 0, id) };
}

/** A line between two boxes that are in no route: a route comes to be, or a receiver's only one is taken. */
function acrossNothing(
  model: GraphModel,
  source: ComponentNode,
  target: ComponentNode,
  signalsOf: SignalsOf,
): Connected {
  const common = signals.filter(
    (each) => signalsOf(source, "out").includes(each) && signalsOf(target, "in").includes(each),
  );
  const names = {
    receivers: source.kind === "receiver" || source.kind === "connector" ? [source.id] : [],
    processors: [source, target].filter(({ kind }) => kind === "processor").map(({ id }) => id),
    exporters: target.kind === "exporter" || target.kind === "connector" ? [target.id] : [],
  };
  const [receiver] = names.receivers;
  if (receiver !== undefined) {
    const open = model.routes.filter(
      (each) => each.receivers.includes(receiver) && common.some((signal) => signal === signalOf(each.id)),
    );
    const [only] = open;
    if (only && open.length === 1 && joins(only, target)) {
      const head: CanvasNode = { key: routeKey(only.id), type: "route", id: only.id, signal: signalOf(only.id) };
      return within(model, { route: only.id, source: head, target }, signalsOf);
    }
  }
  // Metrics first: that is what most pipelines of this console are about.
  const signal = common.includes("metrics") ? "metrics" : common[0];
  if (signal === undefined) return { refused: `${source.id} and ${target.id} have no kind of data in common.` };
  const { model: next, id } = addRoute(model, { id: signal, ...names });
  if (hasCircle(next)) return { refused: `Data would go round for ever between ${source.id} and ${target.id}.` };
  return { model: next, said: `The pipeline ${id} begins: ${source.id}, then ${target.id}.` };
}

/** Where a receiver's only route has no processors yet, a line from the receiver means that route. */
function joins({ processors, exporters }: Route, target: ComponentNode): boolean {
  return processors.length === 0 && !exporters.includes(target.id);
}

/** Says whether connectors lead data back to where it came from, which a collector refuses. */
function hasCircle({ components, routes }: GraphModel): boolean {
  const connectors = new Set(components.filter(({ kind }) => kind === "connector").map(({ id }) => id));
  const after = (route: Route): Route[] => {
    const through = route.exporters.filter((id) => connectors.has(id));
    return routes.filter(({ receivers }) => receivers.some((id) => through.includes(id)));
  };
  const done = new Set<Route>();
  const visit = (route: Route, above: ReadonlySet<Route>): boolean => {
    if (above.has(route)) return true;
    if (done.has(route)) return false;
    const found = after(route).some((next) => visit(next, new Set([...above, route])));
    done.add(route);
    return found;
  };
  return routes.some((route) => visit(route, new Set()));
}
