import type { CanvasNode } from "../graph/canvas.ts";
import type { ComponentKind } from "../graph/graph-model.ts";
import { type Signal, signals, typeOf } from "../graph/ids.ts";
import type { ComponentType } from "./component-type.ts";
import { exporters } from "./exporters.ts";
import { processors } from "./processors.ts";
import { receivers } from "./receivers.ts";

/** Every type of component with a form, by kind. */
export const componentTypes: readonly ComponentType[] = [...receivers, ...processors, ...exporters];

/** The type of a component by its id, old spellings included; undefined for one without a form. */
export function findType(kind: ComponentKind, id: string): ComponentType | undefined {
  const name = typeOf(id);
  return componentTypes.find((each) => each.kind === kind && (each.type === name || each.oldNames.includes(name)));
}

/** Signals of a component; all of them for a type the console does not know, as only the collector can say. */
export function signalsOf(node: Extract<CanvasNode, { type: "component" }>): readonly Signal[] {
  return findType(node.kind, node.id)?.signals ?? signals;
}

/** Types whose name, title or purpose has every word of a search. */
export function searchTypes(types: readonly ComponentType[], search: string): ComponentType[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return types.filter(({ type, title, about, oldNames, kind, signals: carried }) => {
    const text = [type, title, about, kind, ...oldNames, ...carried].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
