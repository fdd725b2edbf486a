import type { BlockMeans } from "../block-means.ts";
import type { MeasuredArm, MeasuredWindow } from "../panel.ts";
import { profiles, rule, type Setting, world } from "./settings.ts";

/** First-order processes around 0, side by side; a step moves all of them. In place, since a study takes billions of steps. */
class Wanderers {
  readonly values: Float64Array;
  readonly #phi: number;
  readonly #innovation: number;
  readonly #normal: () => number;

  constructor(count: number, phi: number, sd: number, normal: () => number) {
    this.values = Float64Array.from({ length: count }, () => sd * normal());
    this.#phi = phi;
    this.#innovation = sd * Math.sqrt(1 - phi ** 2);
    this.#normal = normal;
  }

  step(): void {
    const { values } = this;
    for (let index = 0; index < values.length; index++) {
      values[index] = this.#phi * (values[index] ?? 0) + this.#innovation * this.#normal();
    }
  }
}

/** One arm on every host: its noise, shared and own, and its level on the log scale. */
class SimulatedArm {
  readonly counts: Float64Array;
  readonly #shared: Wanderers;
  readonly #own: Wanderers;

  constructor({ hosts, phi }: Setting, normal: () => number) {
    // Each arm has half the variance of their ratio.
    const sd = world.windowSd / Math.SQRT2;
    this.counts = new Float64Array(hosts);
    this.#shared = new Wanderers(1, phi, sd * Math.sqrt(world.sharedRatio), normal);
    this.#own = new Wanderers(hosts, phi, sd * Math.sqrt(1 - world.sharedRatio), normal);
  }

  /** Counts of the next window, for each host around its level. */
  step(levels: Float64Array, load: number): void {
    this.#shared.step();
    this.#own.step();
    const common = load + (this.#shared.values[0] ?? 0);
    const { counts } = this;
    for (let host = 0; host < counts.length; host++) {
      counts[host] = Math.exp((levels[host] ?? 0) + common + (this.#own.values[host] ?? 0));
    }
  }
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
  const { windowMs } = profiles[setting.profile];
  const truth = Math.log1p(-rule.minimumReductionRatio) - shiftSd * world.windowSd;
  const offsetSd = calibrationWindows > 0 ? world.offsetSd : 0;
  const around = (mean: Float64Array, sd: number, shift = 0): Float64Array =>
    mean.map((value) => value + shift + sd * normal());

  // What an arm sends in an A/A period, and what it sends in the experiment.
  const sizes = around(new Float64Array(hosts).fill(Math.log(1e6)), 0.5);
  const alike = { baseline: sizes, candidate: around(sizes, offsetSd) };
  const hostSd = setting.hostSd / Math.SQRT2;
  const tried = { baseline: around(alike.baseline, hostSd), candidate: around(alike.candidate, hostSd, truth) };

  const load = new Wanderers(1, 0.95, 0.3, normal);
  const baseline = new SimulatedArm(setting, normal);
  const candidate = new SimulatedArm(setting, normal);
  const step = (levels: typeof alike): void => {
    load.step();
    const common = load.values[0] ?? 0;
    baseline.step(levels.baseline, common);
    candidate.step(levels.candidate, common);
  };

  return {
    calibrationArms() {
      const arms = Array.from({ length: hosts }, (_, host) => String(host)).flatMap((hostId) => [
        { hostId, variant: "baseline", counts: baseline.counts, windows: [] as MeasuredWindow[] },
        { hostId, variant: "candidate", counts: candidate.counts, windows: [] as MeasuredWindow[] },
      ]);
      for (let index = 0; index < calibrationWindows; index++) {
        step(alike);
        for (const arm of arms) {
          arm.windows.push(countedWindow(index * windowMs, windowMs, arm.counts[Number(arm.hostId)] ?? 0));
        }
      }
      return arms;
    },
    nextBlock(blockWindows) {
      const sums = Array.from({ length: hosts }, (_, host) => ({ hostId: String(host), baseline: 0, candidate: 0 }));
      for (let window = 0; window < blockWindows; window++) {
        step(tried);
        for (let host = 0; host < hosts; host++) {
          const sum = sums[host];
          if (sum === undefined) continue;
          sum.baseline += (baseline.counts[host] ?? 0) / blockWindows;
          sum.candidate += (candidate.counts[host] ?? 0) / blockWindows;
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
