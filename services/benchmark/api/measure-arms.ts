import {
  type ArmProjections,
  boundedBlockMs,
  createUsageBuilder,
  measuredIntervalSeconds,
  projectArm,
  spans,
} from "../cost/index.ts";
import type { RollupStore, Selection, Stretch } from "../store/index.ts";
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

/**
 * Reads what all arms delivered, in blocks of `blockWindows` windows (2 for 0), and projects each arm on
 * a month with the scrape interval it has in production: in seconds, by arm, as measured where none is given.
 */
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
  const stretch = {
    fromMs: first.startMs,
    untilMs: last.startMs + last.lengthMs,
    windowSeconds: first.lengthMs / 1000,
    goesOn: Number.isFinite(selection.endMs),
  };
  const blockMs = boundedBlockMs(windows, (blockWindows || defaultBlockWindows) * first.lengthMs);
  let blocks = 0;
  const byVariant = [...Map.groupBy(windows, ({ variant }) => variant)].sort(([a], [b]) => (a < b ? -1 : 1));
  const arms = await Promise.all(
    byVariant.map(async ([variant, own]) => {
      const builder = createUsageBuilder(own, blockMs, hosts);
      const counted = rollups.isLong(stretch)
        ? await countedSpans(rollups, selection.experimentId, variant, stretch)
        : undefined;
      if (counted === undefined) {
        for await (const { startMs, sketch } of rollups.windowSketches(selection.experimentId, variant, stretch)) {
          builder.addSketch(startMs, sketch);
        }
      }
      const measuredSeconds = measuredIntervalSeconds(own);
      // Nothing was sent at all: there is nothing to scale.
      const pricedSeconds = Number.isNaN(measuredSeconds)
        ? Number.NaN
        : (productionIntervals[variant] ?? measuredSeconds);
      const rateScale = Number.isNaN(measuredSeconds) ? 1 : measuredSeconds / pricedSeconds;
      const ownBlocks = builder.blocks();
      blocks = ownBlocks.length;
      const projections = projectArm({ blocks: ownBlocks, hosts, rateScale, counted });
      return { variant, measuredSeconds, pricedSeconds, projections };
    }),
  );
  const comparedMs = new Set(windows.map(({ startMs }) => startMs)).size * first.lengthMs;
  const windowsWithoutSketch = await rollups.windowsWithoutSketch(selection.experimentId, stretch);
  return { arms, hosts, blocks, comparedMs, windowsWithoutSketch };
}

/** The series of an arm in each span that vendors count in, as they were counted when they came in. */
async function countedSpans(rollups: RollupStore, experimentId: string, variant: string, stretch: Stretch) {
  const lengths = [spans["20m"], spans["1h"], spans["2h30m"]].map((spanMs) => spanMs / 1000);
  const { ofLengths } = await rollups.spanCounts(experimentId, variant, stretch, lengths);
  const [twentyMinutes = [], hours = [], longer = []] = ofLengths;
  return { "20m": twentyMinutes, "1h": hours, "2h30m": longer };
}
