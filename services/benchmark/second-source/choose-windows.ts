import type { StoredWindow } from "../kpis/index.ts";

/** Time after its end that a window's samples may take to be in the second source, in milliseconds. */
const graceMs = 10_000;
/** Newest windows of an arm that are compared: they say what older ones would, and each costs both sides. */
const mostWindows = 240;
/** Hosts of an arm that are compared. */
const mostHosts = 50;

/** What is compared of one arm. */
export interface ArmWindows {
  readonly variant: string;
  readonly windowSeconds: number;
  /** By name. */
  readonly hostIds: readonly string[];
  /** Ends of the first and the last window, in milliseconds since the Unix epoch. */
  readonly firstEndMs: number;
  readonly lastEndMs: number;
  /** Only complete ones, of the length of the newest. */
  readonly windows: readonly StoredWindow[];
}

const endMs = (window: StoredWindow): number => window.startMs + window.windowSeconds * 1000;

/**
 * Chooses what is compared: of every arm the complete windows that both sides have had time for,
 * the newest 240 of the first 50 hosts. Arms by name; one without such a window is left out.
 */
export function chooseWindows(windows: readonly StoredWindow[], nowMs: number): ArmWindows[] {
  const ripe = windows.filter((window) => window.complete && endMs(window) <= nowMs - graceMs);
  const variants = [...new Set(ripe.map(({ variant }) => variant))].sort();
  return variants.flatMap((variant) => {
    const own = ripe.filter((window) => window.variant === variant);
    const newest = own.reduce((latest, window) => (endMs(window) > endMs(latest) ? window : latest));
    const { windowSeconds } = newest;
    const lastEndMs = endMs(newest);
    const sinceMs = lastEndMs - mostWindows * windowSeconds * 1000;
    const recent = own.filter((window) => window.windowSeconds === windowSeconds && window.startMs >= sinceMs);
    const hostIds = [...new Set(recent.map(({ hostId }) => hostId))].sort().slice(0, mostHosts);
    const chosen = recent.filter(({ hostId }) => hostIds.includes(hostId));
    const firstEndMs = chosen.reduce((first, window) => Math.min(first, endMs(window)), lastEndMs);
    return [{ variant, windowSeconds, hostIds, firstEndMs, lastEndMs, windows: chosen }];
  });
}
