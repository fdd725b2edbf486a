/** Whether one must-keep process ran in a window, and whether the arm reported it. */
export interface StoredSighting {
  readonly expression: string;
  readonly processName: string;
  readonly oracleSeen: boolean;
  readonly reported: boolean;
}

/** One observation as it is kept: the figures of one arm on one host in one window. */
export interface StoredWindow {
  readonly hostId: string;
  readonly variant: string;
  /** Start, in milliseconds since the Unix epoch. */
  readonly startMs: number;
  readonly windowSeconds: number;
  readonly activeSeries: number;
  readonly dataPoints: number;
  readonly metricNames: number;
  readonly otlpBytes: number;
  readonly requests: number;
  readonly rejectedRequests: number;
  readonly droppedPoints: number;
  /** NaN where the agent could not tell. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  readonly restarts: number;
  readonly up: boolean;
  readonly complete: boolean;
  readonly incompleteReason: string;
  readonly configDigest: string;
  readonly clockOffsetMs: number;
  readonly mustKeep: readonly StoredSighting[];
  /** Where the series come from; undefined in windows in which it was not counted. */
  readonly contributors?: StoredContributors | undefined;
}

/** How much of the cardinality one metric or attribute makes. */
export interface StoredContributor {
  readonly name: string;
  readonly series: number;
  /** 0 for a metric. */
  readonly distinctValues: number;
}

/** Where the series of a window come from, most first. */
export interface StoredContributors {
  readonly metrics: readonly StoredContributor[];
  readonly attributes: readonly StoredContributor[];
}
