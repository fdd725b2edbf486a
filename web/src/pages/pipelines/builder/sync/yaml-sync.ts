/**
 * Keeps the model and its YAML the same thing. The service reads and writes YAML, this only says when: what is
 * done on the canvas is written a moment later, what is typed is read a moment later and comes back into no text,
 * so that comments and the place of the cursor stay. An answer that something newer overtook is dropped.
 */
import type { Finding } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { createStore } from "../../../../data/store.ts";
import type { GraphModel } from "../graph/graph-model.ts";
import type { GraphStore } from "../graph/graph-store.ts";

/** The service's part, so that this needs no network. */
export type YamlService = {
  parse(yaml: string, signal: AbortSignal): Promise<{ model: GraphModel | undefined; findings: readonly Finding[] }>;
  format(model: GraphModel, signal: AbortSignal): Promise<string>;
};

/** How the text stands. */
export type YamlState = {
  readonly text: string;
  /** "same": text and canvas say the same. */
  readonly state: "same" | "reading" | "writing" | "unreadable" | "failed";
  /** What keeps the text from being read, or was left out of the model. */
  readonly findings: readonly Finding[];
  /** What went wrong, of a call that failed. */
  readonly error: unknown;
};

/** Text and canvas of one builder. */
export type YamlSync = {
  readonly get: () => YamlState;
  readonly subscribe: (listener: () => void) => () => void;
  /** Takes over what was typed. */
  readonly type: (text: string) => void;
  /** Takes over a whole text now: a file, or a version of the catalog. */
  readonly load: (text: string) => Promise<void>;
  /** Tries again what failed. */
  readonly retry: () => void;
  /** Begins to follow the canvas. */
  readonly start: () => void;
  /** Stops, and drops what is under way; it may start again. */
  readonly stop: () => void;
};

/** Waits this long after the last key before reading, and after the last act before writing, in ms. */
const readAfterMs = 350;
const writeAfterMs = 120;

/** Makes what keeps text and canvas the same. */
export function createYamlSync(graph: GraphStore, service: YamlService): YamlSync {
  const store = createStore<YamlState>({ text: "", state: "same", findings: [], error: undefined });
  let inText: GraphModel = graph.getState().model;
  let current = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const begin = (state: "reading" | "writing", text: string): AbortSignal => {
    current.abort();
    clearTimeout(timer);
    current = new AbortController();
    store.set({ ...store.get(), text, state, error: undefined });
    return current.signal;
  };
  const read = async (text: string, signal: AbortSignal): Promise<void> => {
    try {
      const { model, findings } = await service.parse(text, signal);
      if (signal.aborted) return;
      if (model === undefined) return store.set({ text, state: "unreadable", findings, error: undefined });
      inText = model;
      store.set({ text, state: "same", findings, error: undefined });
      if (!sameModel(model, graph.getState().model)) graph.getState().replace(model);
      inText = graph.getState().model;
    } catch (error) {
      if (!signal.aborted) store.set({ ...store.get(), state: "failed", error });
    }
  };
  const write = async (signal: AbortSignal): Promise<void> => {
    const { model } = graph.getState();
    try {
      const text = await service.format(model, signal);
      if (signal.aborted) return;
      inText = model;
      store.set({ text, state: "same", findings: [], error: undefined });
    } catch (error) {
      if (!signal.aborted) store.set({ ...store.get(), state: "failed", error });
    }
  };
  const writeSoon = (): void => {
    const signal = begin("writing", store.get().text);
    timer = setTimeout(() => void write(signal), writeAfterMs);
  };
  /** Undo may lead back to what the text says already, while something else is being written. */
  const settle = (): void => {
    const { state } = store.get();
    if (state !== "writing" && state !== "failed") return;
    current.abort();
    clearTimeout(timer);
    store.set({ ...store.get(), state: "same", error: undefined });
  };
  let stopListening: (() => void) | undefined;
  return {
    get: store.get,
    subscribe: store.subscribe,
    type(text) {
      if (text === store.get().text) return;
      const signal = begin("reading", text);
      timer = setTimeout(() => void read(text, signal), readAfterMs);
    },
    load: (text) => read(text, begin("reading", text)),
    retry() {
      const { text } = store.get();
      if (graph.getState().model === inText) void read(text, begin("reading", text));
      else writeSoon();
    },
    start() {
      stopListening ??= graph.subscribe(({ model }, before) => {
        if (model === before.model) return;
        if (model !== inText) writeSoon();
        else settle();
      });
    },
    stop() {
      stopListening?.();
      stopListening = undefined;
      current.abort();
      clearTimeout(timer);
    },
  };
}

/** The same whatever the objects: a text that only has other comments changes nothing on the canvas. */
function sameModel(a: GraphModel, b: GraphModel): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
