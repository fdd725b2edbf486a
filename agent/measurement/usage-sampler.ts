import { summarizeUsage, type UsageSample, type WindowUsage } from "./summarize-usage.ts";

/** Looks at a collector's process at the edges of windows, and in between for its largest memory. */
export type UsageSampler = {
  /** What was used in the window that starts at `startMs`; ask once it is over. */
  read(startMs: number): WindowUsage;
  /** Ends the looking. Twice is fine. */
  stop(): void;
};

const fewestLooks = 4;
const longestStepMs = 5_000;

/** Creates a sampler that is running. `look` reads the process now and does not throw. */
export function createUsageSampler(options: {
  windowMs: number;
  look(): Omit<UsageSample, "atMs">;
  now?: () => number;
}): UsageSampler {
  const { windowMs, look, now = Date.now } = options;
  const stepMs = windowMs / Math.max(fewestLooks, Math.ceil(windowMs / longestStepMs));
  let samples: UsageSample[] = [];
  let timer: NodeJS.Timeout | undefined;

  const sample = (): void => {
    const atMs = now();
    // What lies ahead of now was seen before the clock went back.
    samples = samples.filter((earlier) => earlier.atMs > atMs - 3 * windowMs && earlier.atMs <= atMs);
    samples.push({ atMs, ...look() });
  };
  const schedule = (): void => {
    const nowMs = now();
    const nextMs = (Math.floor(nowMs / stepMs) + 1) * stepMs;
    // Rounded up: a timer that fires a fraction early would look twice at one edge.
    timer = setTimeout(
      () => {
        sample();
        schedule();
      },
      Math.ceil(nextMs - nowMs),
    );
  };
  sample();
  schedule();
  return {
    read: (startMs) => summarizeUsage(samples, startMs, windowMs),
    stop: () => clearTimeout(timer),
  };
}
