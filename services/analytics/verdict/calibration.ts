import type { KpiName } from "./kpi.ts";

/** What the arms of one host differ by while both run the same pipeline. */
export interface HostOffset {
  readonly hostId: string;
  /** The arm that stood in for a candidate. */
  readonly variant: string;
  readonly kpi: KpiName;
  /** Mean of ln(candidate / baseline) over the windows of the A/A period. */
  readonly logRatio: number;
}

/** What an A/A period, both arms running the baseline, taught about the hosts. */
export interface Calibration {
  /** Pair-windows it stands on, over all hosts and candidates. */
  readonly pairWindows: number;
  /** φ: lag-1 autocorrelation of the window log ratios of the primary effect, at least 0 and under 1. */
  readonly autocorrelation: number;
  /** τ = (1 + φ)/(1 − φ), in windows. */
  readonly autocorrelationTimeWindows: number;
  readonly offsets: readonly HostOffset[];
}

/** The offsets of one candidate, as the estimators want them. */
export interface Offsets {
  /** The host's own log ratio of an effect; 0 where it was not measured. */
  of(kpi: KpiName, hostId: string): number;
  /** The A/A period said something of this host. */
  knows(hostId: string): boolean;
  /** Windows that an offset is the mean of, over the typical host; Infinity where nothing is subtracted. */
  readonly windowsPerHost: number;
}

/** Looks up what an A/A period gave for one candidate; nothing is subtracted where there was none. */
export function candidateOffsets(calibration: Calibration | undefined, variant: string): Offsets {
  const offsets = calibration?.offsets ?? [];
  const byPlace = new Map<string, number>();
  const hosts = new Set<string>();
  for (const offset of offsets) {
    if (offset.variant !== variant) continue;
    byPlace.set(`${offset.kpi} ${offset.hostId}`, offset.logRatio);
    hosts.add(offset.hostId);
  }
  const arms = new Set(offsets.map((offset) => `${offset.variant}\n${offset.hostId}`)).size;
  return {
    of: (kpi, hostId) => byPlace.get(`${kpi} ${hostId}`) ?? 0,
    knows: (hostId) => hosts.has(hostId),
    windowsPerHost: calibration === undefined || arms === 0 ? Number.POSITIVE_INFINITY : calibration.pairWindows / arms,
  };
}
