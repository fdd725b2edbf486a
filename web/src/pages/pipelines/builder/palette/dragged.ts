import type { Component } from "../graph/graph-model.ts";

/** What is dragged from the library. */
export type Dragged =
  | { readonly what: "component"; readonly component: Component }
  | { readonly what: "route"; readonly signal: string };

const type = "application/x-phoenix-component";

/** Puts what is dragged into a transfer. */
export function writeDragged(transfer: DataTransfer, dragged: Dragged): void {
  transfer.setData(type, JSON.stringify(dragged));
  transfer.effectAllowed = "copy";
}

/** Reads it again; undefined for anything that does not come from the library. */
export function readDragged(transfer: DataTransfer): Dragged | undefined {
  const text = transfer.getData(type);
  return text === "" ? undefined : (JSON.parse(text) as Dragged);
}
