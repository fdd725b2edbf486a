import { createClient } from "@connectrpc/connect";
import type { Change } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import { EventService } from "@phoenix/gen/phoenix/gateway/v1/event_service_pb.ts";
import { listenLive } from "./live.ts";
import { createStore } from "./store.ts";
import { transport } from "./transport.ts";

/** Events kept for whoever wants to see the latest. */
const kept = 100;
/** Places before the newest at which the first look back begins. */
const lookBack = 200n;

const store = createStore<readonly Change[]>([]);

/** The latest events with words of their own, newest first. */
export const recentEvents = { get: store.get, subscribe: store.subscribe };

/** Keeps the latest events until the function returned is called; those from before are read once. */
export function keepRecentEvents(): () => void {
  const over = new AbortController();
  let lookedBack = false;
  const stop = listenLive({
    changed: add,
    opened(cursor) {
      if (lookedBack || cursor === 0n) return;
      lookedBack = true;
      readBefore(cursor, over.signal).catch(() => {
        // What happens from now on is told all the same; the next start of the stream looks back again.
        lookedBack = false;
      });
    },
  });
  return () => {
    stop();
    over.abort();
  };
}

async function readBefore(cursor: bigint, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const afterCursor = cursor > lookBack ? cursor - lookBack : 1n;
  const stream = createClient(EventService, transport).subscribeEvents(
    { afterCursor },
    { signal: AbortSignal.any([signal, done.signal]) },
  );
  for await (const { changes, cursor: reached } of stream) {
    add(changes);
    if (reached >= cursor) break;
  }
  done.abort();
}

function add(changes: readonly Change[]): void {
  const spoken = changes.filter(({ experimentEvent, deploymentEvent }) => experimentEvent ?? deploymentEvent);
  if (spoken.length === 0) return;
  const known = new Set(store.get().map(keyOf));
  const fresh = spoken.filter((change) => !known.has(keyOf(change)));
  const all = [...store.get(), ...fresh].toSorted((a, b) => Number(b.cursor - a.cursor));
  store.set(all.slice(0, kept));
}

function keyOf({ cursor, subjectId }: Change): string {
  return `${cursor} ${subjectId}`;
}
