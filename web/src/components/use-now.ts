import { useSyncExternalStore } from "react";
import { createStore } from "../data/store.ts";
import { formatAge } from "../format/times.ts";

const clock = createStore(Date.now());
let users = 0;
let timer: number | undefined;

function subscribe(listener: () => void): () => void {
  // It stood while nobody looked.
  if (users === 0) clock.set(Date.now());
  const stop = clock.subscribe(listener);
  users += 1;
  timer ??= window.setInterval(() => clock.set(Date.now()), 1_000);
  return () => {
    stop();
    users -= 1;
    if (users > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time in ms since the epoch, anew every second; one clock for the whole page. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, clock.get);
}

/** How long ago a moment was, in words; anew when the words are others, so that a long table does not move every second. */
export function useAge(ms: number): string {
  return useSyncExternalStore(subscribe, () => formatAge(clock.get() - ms));
}
