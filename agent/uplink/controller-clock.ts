/** The controller's time as last heard, carried on by this host's monotonic clock. */
export type ControllerClock = {
  /** The controller said its time, in milliseconds since the Unix epoch. */
  heard(controllerTimeMs: number): void;
  /** The controller's time now, in milliseconds since the Unix epoch; the host's own until it was heard. */
  nowMs(): number;
  /** The host's clock minus the controller's, in whole milliseconds; 0 until it was heard. Follows jumps of the host's clock. */
  offsetMs(): number;
};

/** Creates a clock that has heard nothing yet. */
export function createControllerClock(
  wallMs: () => number = Date.now,
  monotonicMs: () => number = () => performance.now(),
): ControllerClock {
  let anchor: { controllerTimeMs: number; atMs: number } | null = null;
  const nowMs = (): number => (anchor === null ? wallMs() : anchor.controllerTimeMs + (monotonicMs() - anchor.atMs));
  return {
    heard(controllerTimeMs) {
      anchor = { controllerTimeMs, atMs: monotonicMs() };
    },
    nowMs,
    offsetMs: () => (anchor === null ? 0 : Math.round(wallMs() - nowMs())),
  };
}
