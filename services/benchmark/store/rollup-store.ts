import type { Queryable } from "@phoenix/platform/database";
import type { HostSums, SeriesPiece } from "../kpis/index.ts";
import { type ArmSpan, readArmSpans } from "./arm-spans.ts";
import { type Comparison, readComparison } from "./compared-windows.ts";
import { type ArmContributors, readContributors } from "./contributors.ts";
import { readHostSums, type Selection } from "./host-sums.ts";
import { type KpiRow, readKpiRows } from "./kpi-rows.ts";
import { readSeriesPieces, readWindowSketches, type SpanSketch } from "./series-pieces.ts";
import { readCounts, type SpanCounts } from "./span-counts.ts";
import { isLong, type Stretch } from "./span-cover.ts";

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
  /** The readable sketches of the windows of an arm, in order of time; for stretches that are not long. */
  windowSketches(experimentId: string, variant: string, stretch: Stretch): AsyncGenerator<SpanSketch>;
  /** Distinct series of an arm in a long stretch, and in spans of these lengths on the clock's grid. */
  spanCounts(
    experimentId: string,
    variant: string,
    stretch: Stretch,
    spanSeconds: readonly number[],
  ): Promise<SpanCounts>;
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
    seriesPieces: (experimentId, variant, stretch) => readSeriesPieces(db, experimentId, variant, stretch),
    windowSketches: (experimentId, variant, stretch) => readWindowSketches(db, experimentId, variant, stretch),
    spanCounts: (experimentId, variant, stretch, spanSeconds) =>
      readCounts(db, experimentId, variant, stretch, spanSeconds),
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
