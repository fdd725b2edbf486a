import type { Component, ComponentKind, GraphModel } from "./graph-model.ts";

/** Kinds of data that a route carries. */
export const signals = ["traces", "metrics", "logs", "profiles"] as const;

/** A kind of data that a route carries. */
export type Signal = (typeof signals)[number];

/** The type of a component or the signal of a route as written: what stands before the slash. */
export function typeOf(id: string): string {
  return id.split("/")[0] ?? id;
}

/** The signal of a route; undefined where its id begins with none, which the service's checks find. */
export function signalOf(routeId: string): Signal | undefined {
  return signals.find((signal) => signal === typeOf(routeId));
}

/** An id of this type that no component of this kind has: the type itself, or with a number. */
export function freshId({ components }: Pick<GraphModel, "components">, kind: ComponentKind, wanted: string): string {
  const taken = new Set(components.filter((each) => each.kind === kind).map(({ id }) => id));
  return free(wanted, taken);
}

/** An id of this signal that no route has. */
export function freshRouteId({ routes }: Pick<GraphModel, "routes">, wanted: string): string {
  return free(wanted, new Set(routes.map(({ id }) => id)));
}

/** The component that a list of a route means by an id; undefined where none is defined. */
export function componentFor(
  { components }: Pick<GraphModel, "components">,
  list: "receivers" | "processors" | "exporters",
  id: string,
): Component | undefined {
  const own = { receivers: "receiver", processors: "processor", exporters: "exporter" } as const;
  const named = components.filter((each) => each.id === id);
  return (
    named.find(({ kind }) => kind === own[list]) ??
    (list === "processors" ? undefined : named.find(({ kind }) => kind === "connector"))
  );
}

function free(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  // "filter" goes on as "filter/2", "filter/small" as "filter/small_2".
  const stem = wanted.includes("/") ? `${wanted.replace(/_\d+$/, "")}_` : `${wanted}/`;
  let number = 2;
  while (taken.has(`${stem}${number}`)) number += 1;
  return `${stem}${number}`;
}
