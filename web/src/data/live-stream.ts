/**
 * The one live stream of the page: EventService.SubscribeEvents. Promises: a
 * stream that breaks is taken up again from the cursor it had; where something
 * may have been missed all is read anew; an event is told once, whatever is sent twice.
 * Who is told is live.ts's, what an event means for what was read apply-change.ts's.
 */
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import type { Change } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import { EventService } from "@phoenix/gen/phoenix/gateway/v1/event_service_pb.ts";
import { live, setLive, tellChanged, tellOpened } from "./live.ts";
import { transport } from "./transport.ts";

/** Nothing heard for so long: the connection is taken for dead, in ms. The server says something every five seconds. */
const silenceMs = 20_000;
const shortestPauseMs = 500;
const longestPauseMs = 10_000;

/** Keeps the stream until the function returned is called. */
export function startLive(): () => void {
  const over = new AbortController();
  void follow(over.signal);
  return () => over.abort();
}

const client = createClient(EventService, transport);

async function follow(over: AbortSignal): Promise<void> {
  let cursor = 0n;
  let failures = 0;
  while (!over.aborted) {
    const silence = new AbortController();
    const signal = AbortSignal.any([over, silence.signal]);
    let watchdog: number | undefined;
    let isNew = true;
    const watch = (): void => {
      clearTimeout(watchdog);
      watchdog = window.setTimeout(() => silence.abort(), silenceMs);
    };
    const heard = (): void => {
      watch();
      setLive({ state: "live", heardMs: Date.now() });
    };
    watch();
    try {
      const stream = client.subscribeEvents({ afterCursor: cursor }, { signal });
      for await (const { changes, reset, cursor: newest } of stream) {
        const told = changes.filter((change) => change.cursor > cursor || isState(change));
        failures = 0;
        if (newest > 0n) cursor = newest;
        heard();
        // States that are not stored have no cursor to resume from, so that every start may have missed some.
        if (isNew || reset) tellOpened(cursor);
        isNew = false;
        if (told.length > 0) tellChanged(told);
      }
    } catch (error) {
      if (over.aborted) break;
      if (ConnectError.from(error).code === Code.Unimplemented) {
        clearTimeout(watchdog);
        setLive({ ...live.get(), state: "absent" });
        await pause(longestPauseMs * 6, over);
        continue;
      }
    }
    clearTimeout(watchdog);
    if (over.aborted) break;
    failures += 1;
    // A stream may end for no other reason than that a session was renewed.
    setLive({ ...live.get(), state: failures > 1 ? "offline" : "connecting" });
    const most = Math.min(longestPauseMs, shortestPauseMs * 2 ** (failures - 1));
    await pause(most * (0.5 + Math.random() / 2), over);
  }
}

/** States that are not stored, a host's for instance, have the cursor of the newest stored change. */
function isState(change: Change): boolean {
  return change.experimentEvent === undefined && change.deploymentEvent === undefined;
}

/** Waits, but no longer than until the page is looked at again or the network is back. */
function pause(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      document.removeEventListener("visibilitychange", done);
      over.removeEventListener("abort", done);
      resolve();
    };
    const timer = window.setTimeout(done, ms);
    window.addEventListener("online", done);
    document.addEventListener("visibilitychange", done);
    over.addEventListener("abort", done);
  });
}
