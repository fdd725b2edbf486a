import type { Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import type { Oracle } from "./oracle.ts";
import { type ProcessSighting, scanProcesses } from "./scan-processes.ts";

/** What a watch needs. */
export interface OracleWatchOptions {
  readonly oracle: Oracle;
  /** Length of the oracle's windows. */
  readonly windowMs: number;
  readonly logger: Logger;
  /** Lists the processes now. Default: this host's. */
  readonly scan?: () => Promise<readonly ProcessSighting[]>;
  /** The wall clock. Default Date.now. */
  readonly now?: () => number;
}

const LONGEST_EDGE_MS = 500;
const EDGE_RATIO = 0.05;
/** Longest wait between two looks at the clock, so that a jump is noticed. */
const LONGEST_WAIT_MS = 1_000;

/** When to scan next after `nowMs`: shortly after a window's start and shortly before its end. Pure. */
export function nextScanMs(nowMs: number, windowMs: number): number {
  const edgeMs = Math.min(LONGEST_EDGE_MS, windowMs * EDGE_RATIO);
  const startMs = Math.floor(nowMs / windowMs) * windowMs;
  const candidates = [startMs + edgeMs, startMs + windowMs - edgeMs, startMs + windowMs + edgeMs];
  return candidates.find((candidate) => candidate > nowMs)!;
}

/** Scans at both edges of every window and tells the oracle. A scan that fails is logged; its window is then incomplete. */
export function createOracleWatch(options: OracleWatchOptions): Service {
  const { oracle, windowMs, logger, scan = () => scanProcesses(), now = Date.now } = options;
  let timer: NodeJS.Timeout | undefined;
  let scanning: Promise<void> = Promise.resolve();
  let running = false;

  async function observe(): Promise<void> {
    const atMs = now();
    try {
      oracle.observe(await scan(), atMs);
    } catch (error) {
      logger.error({ err: error }, "The process scan failed; nothing will be said of retention in this window.");
    }
  }

  function schedule(): void {
    const dueMs = nextScanMs(now(), windowMs);
    const wait = (): void => {
      const leftMs = dueMs - now();
      // A clock that went back would leave this waiting for an edge that is far off.
      if (leftMs > windowMs) {
        schedule();
      } else if (leftMs > 0) {
        timer = setTimeout(wait, Math.min(leftMs, LONGEST_WAIT_MS));
      } else {
        scanning = observe().then(() => {
          if (running) schedule();
        });
      }
    };
    wait();
  }

  return {
    async start() {
      if (running) return;
      running = true;
      schedule();
    },
    async stop() {
      running = false;
      clearTimeout(timer);
      await scanning;
    },
  };
}
