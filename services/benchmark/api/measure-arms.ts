import {
  type ArmProjections,
  boundedBlockMs,
  createUsageBuilder,
  measuredIntervalSeconds,
  projectArm,
} from "../cost/index.ts";
import type { Selection } from "../store/index.ts";
import type { BenchmarkApiDeps } from "./deps.ts";

const defaultBlockWindows = 2;

/** One arm, ready to be priced. */
export interface MeasuredArm {
  readonly variant: string;
  /** Scrape interval in seconds that its windows show; NaN where nothing was sent. */
  readonly measuredSeconds: number;
  /** Scrape interval in seconds that it is priced for. */
  readonly pricedSeconds: number;
  readonly projections: ArmProjections;
}

/** The arms of an experiment over the time that all of them delivered. */
export interface MeasuredArms {
  /** By name; none before every arm delivered a window. */
  readonly arms: MeasuredArm[];
  readonly hosts: number;
  readonly blocks: number;
  readonly comparedMs: number;
  readonly windowsWithoutSketch: number;
}

/** Reads what all arms delivered, in blocks, and projects each arm on a month. */
export async function measureArms(
  { rollups }: BenchmarkApiDeps,
  selection: Selection,
  blockWindows: number,
  productionIntervals: Readonly<Record<string, number>>,
): Promise<MeasuredArms> {
  const { windows, hosts } = await rollups.comparison(selection);
  const [first] = windows;
  const last = windows.at(-1);
  if (first === undefined || last === undefined) {
    return { arms: [], hosts: 0, blocks: 0, comparedMs: 0, windowsWithoutSketch: 0 };
  }
  const window = { fromMs: first.startMs, untilMs: last.startMs + last.lengthMs, lengthMs: first.lengthMs };
  const spanMs = rollups.sketchSpanMs(window);
  const asked = (blockWindows || defaultBlockWindows) * first.lengthMs;
  // A block holds whole sketches: it is as long as was asked for, or as the sketches that are read.
  const blockMs = boundedBlockMs(windows, Math.ceil(asked / spanMs) * spanMs);
  let blocks = 0;
  const arms = await Promise.all(
    [...Map.groupBy(windows, ({ variant }) => variant)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(async ([variant, own]) => {
        const builder = createUsageBuilder(own, blockMs, hosts);
        for await (const { startMs, sketch } of rollups.sketches(selection.experimentId, variant, window)) {
          builder.addSketch(startMs, sketch);
        }
        const measuredSeconds = measuredIntervalSeconds(own);
        // Nothing was sent at all: there is nothing to scale.
        const pricedSeconds = Number.isNaN(measuredSeconds)
          ? Number.NaN
          : (productionIntervals[variant] ?? measuredSeconds);
        const rateScale = Number.isNaN(measuredSeconds) ? 1 : measuredSeconds / pricedSeconds;
        const ownBlocks = builder.blocks();
        blocks = ownBlocks.length;
        return {
          variant,
          measuredSeconds,
          pricedSeconds,
          projections: projectArm({ blocks: ownBlocks, hosts, rateScale }),
        };
      }),
  );
  const comparedMs = new Set(windows.map(({ startMs }) => startMs)).size * first.lengthMs;
  const windowsWithoutSketch = await rollups.windowsWithoutSketch(selection.experimentId, window);
  return { arms, hosts, blocks, comparedMs, windowsWithoutSketch };
}
