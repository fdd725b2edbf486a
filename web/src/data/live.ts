/**
 * How the live stream stands, and who is told of changes. The stream itself is
 * live-stream.ts's, which a page loads after it is there.
 */
import type { Change } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import { createStore } from "./store.ts";

/** How the stream stands. */
export type LiveState = {
  /** "absent": this server has no live events; the console asks at intervals instead. */
  state: "connecting" | "live" | "offline" | "absent";
  /** When the server was heard last, in ms since the epoch; undefined for never. */
  heardMs?: number;
};

/** What those who listen are told. */
export type LiveListener = {
  changed(changes: readonly Change[]): void;
  /** The stream begins at a cursor, again maybe: what was read before may have changed unseen. */
  opened(cursor: bigint): void;
};

const store = createStore<LiveState>({ state: "connecting" });
const listeners = new Set<LiveListener>();

/** How the live stream stands, and as it changes. */
export const live = { get: store.get, subscribe: store.subscribe };

/** Says how the stream stands. */
export const setLive = store.set;

/** Listens to changes until the function returned is called. */
export function listenLive(listener: LiveListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells all who listen that the stream began. */
export function tellOpened(cursor: bigint): void {
  for (const listener of listeners) listener.opened(cursor);
}

/** Tells all who listen what changed. */
export function tellChanged(changes: readonly Change[]): void {
  for (const listener of listeners) listener.changed(changes);
}
