import { useSyncExternalStore } from "react";
import { type LiveState, live } from "./live.ts";

/** How the live stream stands, in a word; anew only when the word is another one. */
export function useLiveState(): LiveState["state"] {
  return useSyncExternalStore(live.subscribe, () => live.get().state);
}

/** When the server was heard last, in ms since the epoch; anew with all it says. */
export function useHeardMs(): number | undefined {
  return useSyncExternalStore(live.subscribe, () => live.get().heardMs);
}
