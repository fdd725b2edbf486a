import type { BlockMeans } from "../block-means.ts";
import type { MeasuredArm, MeasuredWindow } from "../panel.ts";
import { profiles, rule, type Setting, world } from "./settings.ts";

/** A first-order process around 0 with this standard deviation. */
function wandering(phi: number, sd: number, normal: () => number): () => number {
  const innovation = sd * Math.sqrt(1 - phi ** 2);
  let value = sd * normal();
  return () => {
    value = phi * value + innovation * normal();
    return value;
  };
}

/** The noise of one arm on each host: what all hosts share, and what each has to itself. */
function armNoise(setting: Setting, normal: () => number): () => number[] {
  const sd = world.windowSd / Math.SQRT2;
  const shared = wandering(setting.phi, sd * Math.sqrt(world.sharedRatio), normal);
  const own = Array.from({ length: setting.hosts }, () =>
    wandering(setting.phi, sd * Math.sqrt(1 - world.sharedRatio), normal),
  );
  return () => {
    const common = shared();
    return own.map((next) => common + next());
  };
}

/** A fleet that sends counts window after window, first in an A/A period, then in an experiment. */
export interface SimulatedFleet {
  /** The A/A period: both arms run the baseline. */
  calibrationArms(): MeasuredArm[];
  /** The next block of the experiment. */
  nextBlock(blockWindows: number): BlockMeans;
}

/**
 * Makes a fleet whose true reduction is known. The two arms get noise and host
 * effects of the same law, independently, so that their log ratio is symmetric
 * about the truth, whether means are taken before logarithms or after, of hosts
 * or of the whole fleet. A load that wanders strikes both arms alike.
 */
export function createSimulatedFleet(setting: Setting, normal: () => number): SimulatedFleet {
  const { hosts, shiftSd, calibrationWindows } = setting;
  const profile = profiles[setting.profile];
  const truth = Math.log1p(-rule.minimumReductionRatio) - shiftSd * world.windowSd;
  // Each arm has half the variance of their ratio.
  const hostSd = setting.hostSd / Math.SQRT2;
  const offsetSd = calibrationWindows > 0 ? world.offsetSd : 0;
  const eachHost = (sd: number, mean = 0): number[] => Array.from({ length: hosts }, () => mean + sd * normal());

  const levels = eachHost(0.5, Math.log(1e6));
  const offsets = eachHost(offsetSd);
  const effects = { baseline: eachHost(hostSd), candidate: eachHost(hostSd, truth) };
  const load = wandering(0.95, 0.3, normal);
  const noise = { baseline: armNoise(setting, normal), candidate: armNoise(setting, normal) };

  /** Counts of every host in the next window, the arms' effects multiplied by `weight`: 0 in an A/A period. */
  const nextWindow = (weight: 0 | 1): { baseline: number[]; candidate: number[] } => {
    const common = load();
    const [ours, theirs] = [noise.baseline(), noise.candidate()];
    const at = (values: readonly number[], host: number): number => values[host] ?? Number.NaN;
    const both = levels.map((level) => level + common);
    return {
      baseline: both.map((level, host) => Math.exp(level + at(ours, host) + weight * at(effects.baseline, host))),
      candidate: both.map((level, host) =>
        Math.exp(level + at(theirs, host) + at(offsets, host) + weight * at(effects.candidate, host)),
      ),
    };
  };

  return {
    calibrationArms() {
      const arms = new Map<string, MeasuredWindow[]>();
      for (let index = 0; index < calibrationWindows; index++) {
        const window = nextWindow(0);
        for (const variant of ["baseline", "candidate"] as const) {
          window[variant].forEach((series, host) => {
            const key = `${variant} ${host}`;
            const windows = arms.get(key) ?? [];
            windows.push(countedWindow(index * profile.windowMs, profile.windowMs, series));
            arms.set(key, windows);
          });
        }
      }
      return [...arms].map(([key, windows]) => {
        const [variant = "", hostId = ""] = key.split(" ");
        return { hostId, variant, windows };
      });
    },
    nextBlock(blockWindows) {
      const sums = Array.from({ length: hosts }, (_, host) => ({ hostId: String(host), baseline: 0, candidate: 0 }));
      for (let window = 0; window < blockWindows; window++) {
        const { baseline, candidate } = nextWindow(1);
        for (const [host, sum] of sums.entries()) {
          sum.baseline += (baseline[host] ?? 0) / blockWindows;
          sum.candidate += (candidate[host] ?? 0) / blockWindows;
        }
      }
      return sums;
    },
  };
}

function countedWindow(startMs: number, lengthMs: number, series: number): MeasuredWindow {
  return {
    startMs,
    lengthMs,
    activeSeries: series,
    dataPoints: series,
    metricNames: 11,
    otlpBytes: series * 124,
    cpuSeconds: 0.05,
    rssBytes: 2 ** 26,
    restarts: 0,
    up: true,
    complete: true,
    droppedPoints: 0,
    rejectedRequests: 0,
    configDigest: "",
    clockOffsetMs: 0,
    sightings: [],
  };
}
