import type { Queryable } from "@phoenix/platform/database";
import type { HostSums, SeriesPiece } from "../kpis/index.ts";
import { type ArmSpan, readArmSpans } from "./arm-spans.ts";
import { type Comparison, readComparison } from "./compared-windows.ts";
import { type ArmContributors, readContributors } from "./contributors.ts";
import { readHostSums, type Selection } from "./host-sums.ts";
import { type KpiRow, readKpiRows } from "./kpi-rows.ts";
import {
  isLong,
  readSpanCounts,
  readSpanSketches,
  type SpanCount,
  type SpanSketch,
  type Stretch,
} from "./series-pieces.ts";

/** Reads what was added up as observations came in. */
export interface RollupStore {
  /** Sums of the windows that count, for each arm of each host. */
  hostSums(selection: Selection): Promise<HostSums[]>;
  /** When each arm was measured, arms by name. */
  armSpans(selection: Selection): Promise<ArmSpan[]>;
  /** What all arms delivered, and on how many hosts. */
  comparison(selection: Selection): Promise<Comparison>;
  /** True where a stretch is so long that spans are to be read as they were counted, not put together from its windows. */
  isLong(stretch: Stretch): boolean;
  /** The series of an arm window by window, in order; for stretches that are not long. */
  seriesPieces(experimentId: string, variant: string, stretch: Stretch): AsyncGenerator<SeriesPiece>;
  /** The fewest sketches that cover a stretch of an arm, in order of time. */
  sketches(experimentId: string, variant: string, stretch: Stretch): AsyncGenerator<SpanSketch>;
  /** Distinct series of an arm in spans of this length on the clock's grid; for long stretches. */
  spanCounts(experimentId: string, variant: string, spanSeconds: number, stretch: Stretch): Promise<SpanCount[]>;
  /** Complete windows of a stretch that came without a readable sketch, over all arms and hosts. */
  windowsWithoutSketch(experimentId: string, stretch: Stretch): Promise<number>;
  /** KPIs of the windows that start before a time, by arm and time. */
  kpiRows(experimentId: string, endMs: number): Promise<KpiRow[]>;
  /** The largest contributors of each arm from a time on and before another, at most `limit` of each kind. */
  contributors(
    experimentId: string,
    time: Pick<Selection, "startMs" | "endMs">,
    limit: number,
  ): Promise<ArmContributors[]>;
}

/** Makes the reader of the rollups over a database. */
export function createRollupStore(db: Queryable): RollupStore {
  return {
    hostSums: (selection) => readHostSums(db, selection),
    armSpans: (selection) => readArmSpans(db, selection),
    comparison: (selection) => readComparison(db, selection),
    isLong,
    async *seriesPieces(experimentId, variant, stretch) {
      const { windowSeconds } = stretch;
      const sketches = readSpanSketches(db, experimentId, variant, stretch);
      let next = await sketches.next();
      for (const { startMs, series } of await readSpanCounts(db, experimentId, variant, windowSeconds, stretch)) {
        while (!next.done && next.value.startMs < startMs) next = await sketches.next();
        const sketch = !next.done && next.value.startMs === startMs ? next.value.sketch : undefined;
        yield { startMs, lengthMs: windowSeconds * 1000, windowSeries: series, sketch };
      }
    },
    sketches: (experimentId, variant, stretch) => readSpanSketches(db, experimentId, variant, stretch),
    spanCounts: (experimentId, variant, spanSeconds, stretch) =>
      readSpanCounts(db, experimentId, variant, spanSeconds, stretch),
    async windowsWithoutSketch(experimentId, { fromMs, untilMs }) {
      const [row] = await db.query<{ missing: number }>(
        `SELECT coalesce(sum(hosts - sketches), 0)::integer AS missing FROM metrics_cache
         WHERE experiment_id = $1 AND window_start >= $2 AND window_start < $3`,
        [experimentId, new Date(fromMs).toISOString(), new Date(untilMs).toISOString()],
      );
      return row?.missing ?? 0;
    },
    kpiRows: (experimentId, endMs) => readKpiRows(db, experimentId, endMs),
    contributors: (experimentId, time, limit) => readContributors(db, experimentId, time, limit),
  };
}
