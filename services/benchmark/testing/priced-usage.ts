import type { BlockUsage } from "../cost/block-usage.ts";
import { type PriceBook, shippedBooks } from "../cost/index.ts";
import { distinctSeries, minuteMs } from "./made-experiment.ts";

/** The usage of an arm in the minute of this number: 100 points a second of 1,000 series, unless told otherwise. */
export function blockOf(index: number, over: Partial<BlockUsage> = {}): BlockUsage {
  return {
    startMs: index * minuteMs,
    lengthMs: minuteMs,
    pointsPerSecond: 100,
    bytesPerSecond: 12_400,
    windowSeries: 1000,
    metricNames: 11,
    collectorCores: 0.02,
    collectorBytes: 100 * 2 ** 20,
    series: distinctSeries(0, 1000),
    ...over,
  };
}

/** The book of this name that ships. Throws for a name without one. */
export function bookOf(name: string): PriceBook {
  const found = shippedBooks.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no price book ${name} ships`);
  return found;
}
