/** Whether one must-keep process ran in a window, and whether the arm reported it. */
export interface Sighting {
  readonly expression: string;
  readonly processName: string;
  /** The agent's own scan saw the process. */
  readonly oracleSeen: boolean;
  /** The arm sent at least one data point of it. */
  readonly reported: boolean;
}

/** What was measured of one arm on one host in one window. Counts are per window. */
export interface MeasuredWindow {
  /** Start in milliseconds since the Unix epoch, a multiple of the window's length. */
  readonly startMs: number;
  readonly lengthMs: number;
  readonly activeSeries: number;
  readonly dataPoints: number;
  readonly metricNames: number;
  readonly otlpBytes: number;
  /** CPU time of the collector within the window, in seconds. */
  readonly cpuSeconds: number;
  /** Largest resident memory of the collector seen in the window, in bytes. */
  readonly rssBytes: number;
  /** Starts of the collector beyond the first. */
  readonly restarts: number;
  /** The collector ran through the whole window. */
  readonly up: boolean;
  /** The agent watched the whole window. */
  readonly complete: boolean;
  readonly droppedPoints: number;
  readonly rejectedRequests: number;
  /** Digest of the running configuration; empty when unknown. */
  readonly configDigest: string;
  /** The host's clock minus the controller's. */
  readonly clockOffsetMs: number;
  readonly sightings: readonly Sighting[];
}

/** All delivered windows of one arm on one host, in any order. */
export interface MeasuredArm {
  readonly hostId: string;
  readonly variant: string;
  readonly windows: readonly MeasuredWindow[];
}

/** The windows of both arms on one host, by start time. */
export interface HostTimeline {
  readonly hostId: string;
  readonly baseline: ReadonlyMap<number, MeasuredWindow>;
  readonly candidate: ReadonlyMap<number, MeasuredWindow>;
  /** Starts of the candidate's windows, in time order. */
  readonly candidateStarts: readonly number[];
}

/** Which arms to lay side by side, and on which hosts. */
export interface TimelineQuery {
  readonly arms: readonly MeasuredArm[];
  readonly baselineVariant: string;
  readonly candidateVariant: string;
  /** Hosts of the experiment; empty takes every host that delivered. */
  readonly hostIds: readonly string[];
  readonly windowMs: number;
  /** Windows that start before are left out. */
  readonly fromMs?: number | undefined;
  /** Windows that start then or later are left out. */
  readonly untilMs?: number | undefined;
}

/**
 * Lays the two arms side by side, one timeline for each host, hosts in order of
 * their id so that the order of arrival never matters. A window of another
 * length, or off the wall-clock grid, cannot be paired and counts as undelivered.
 */
export function buildTimelines(query: TimelineQuery): HostTimeline[] {
  const { arms, baselineVariant, candidateVariant, windowMs } = query;
  const { fromMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY } = query;
  const delivered = new Map<string, Map<number, MeasuredWindow>>();
  for (const { hostId, variant, windows } of arms) {
    if (variant !== baselineVariant && variant !== candidateVariant) continue;
    const key = `${variant}\n${hostId}`;
    const byStart = delivered.get(key) ?? new Map<number, MeasuredWindow>();
    for (const window of windows) {
      const { startMs, lengthMs } = window;
      if (startMs < fromMs || startMs >= untilMs) continue;
      if (lengthMs === windowMs && startMs % windowMs === 0) byStart.set(startMs, window);
    }
    delivered.set(key, byStart);
  }
  const hostIds = query.hostIds.length > 0 ? query.hostIds : arms.map((arm) => arm.hostId);
  const windowsOf = (variant: string, hostId: string): ReadonlyMap<number, MeasuredWindow> =>
    delivered.get(`${variant}\n${hostId}`) ?? new Map();
  return [...new Set(hostIds)].sort().map((hostId) => {
    const candidate = windowsOf(candidateVariant, hostId);
    return {
      hostId,
      baseline: windowsOf(baselineVariant, hostId),
      candidate,
      candidateStarts: [...candidate.keys()].sort((a, b) => a - b),
    };
  });
}
