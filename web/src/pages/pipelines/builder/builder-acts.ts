import type { KeyboardEvent } from "react";
import { canvasOf } from "./graph/canvas.ts";
import type { Fragment } from "./graph/clipboard.ts";
import type { GraphStore } from "./graph/graph-store.ts";
import { layOut } from "./graph/layout.ts";

/** What the toolbar and the keys of the canvas do. */
export type BuilderActs = {
  undo: () => void;
  redo: () => void;
  copy: () => void;
  paste: () => void;
  remove: () => void;
  layOut: () => void;
};

/** What was copied last, for every builder of this page. */
let copied: Fragment | undefined;

/** Says whether there is something to paste. */
export function hasCopied(): boolean {
  return copied !== undefined;
}

/** The acts of one builder; `shown` is told when boxes moved far and should be brought into view. */
export function builderActs(graph: GraphStore, shown: () => void): BuilderActs {
  return {
    undo: () => graph.temporal.getState().undo(),
    redo: () => graph.temporal.getState().redo(),
    copy() {
      const fragment = graph.getState().copyChosen();
      if (fragment.components.length + fragment.routes.length > 0) copied = fragment;
    },
    paste: () => copied && graph.getState().pasteFragment(copied),
    remove: () => graph.getState().removeChosen(),
    layOut: () => void layOutAll(graph).then(shown),
  };
}

/** Lays out everything, as one step of undo. */
export async function layOutAll(graph: GraphStore): Promise<void> {
  const { model } = graph.getState();
  const positions = await layOut(canvasOf(model));
  // What changed meanwhile has places of its own.
  if (graph.getState().model === model) graph.getState().move(Object.fromEntries(positions));
}

/** Does what a key on the canvas means. */
export function onCanvasKey(event: KeyboardEvent, acts: BuilderActs): void {
  const control = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  const act =
    key === "delete" || key === "backspace"
      ? acts.remove
      : control && key === "z"
        ? event.shiftKey
          ? acts.redo
          : acts.undo
        : control && key === "y"
          ? acts.redo
          : control && key === "c"
            ? acts.copy
            : control && key === "v"
              ? acts.paste
              : undefined;
  if (act === undefined) return;
  event.preventDefault();
  act();
}
