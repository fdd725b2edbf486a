import type { Queryable } from "@phoenix/platform/database";
import type { HostSums, SeriesPiece } from "../kpis/index.ts";
import { type ArmSpan, readArmSpans } from "./arm-spans.ts";
import { type Comparison, readComparison } from "./compared-windows.ts";
import { type ArmContributors, readContributors } from "./contributors.ts";
import { readHostSums, type Selection } from "./host-sums.ts";
import { type KpiRow, readKpiRows } from "./kpi-rows.ts";
import { planSpans, readSpanCounts, readSpanSketches, type SpanSketch } from "./series-pieces.ts";

/** A stretch of windows of one length. */
export interface Stretch {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Length of a window, in milliseconds. */
  readonly lengthMs: number;
}

/** Reads what was added up as observations came in. */
export interface RollupStore {
  /** Sums of the windows that count, for each arm of each host. */
  hostSums(selection: Selection): Promise<HostSums[]>;
  /** When each arm was measured, arms by name. */
  armSpans(selection: Selection): Promise<ArmSpan[]>;
  /** The series of an arm in pieces of time, in order. */
  seriesPieces(experimentId: string, span: ArmSpan): AsyncGenerator<SeriesPiece>;
  /** What all arms delivered, and on how many hosts. */
  comparison(selection: Selection): Promise<Comparison>;
  /** Length of the longest sketches that a stretch is read in, in milliseconds. */
  sketchSpanMs(stretch: Stretch): number;
  /** The sketches of an arm in a stretch, in order of time. */
  sketches(experimentId: string, variant: string, stretch: Stretch): AsyncGenerator<SpanSketch>;
  /** Complete windows of a stretch that came without a readable sketch, over all arms and hosts. */
  windowsWithoutSketch(experimentId: string, stretch: Stretch): Promise<number>;
  /** KPIs over time, by arm and time. */
  kpiRows(experimentId: string): Promise<KpiRow[]>;
  /** The largest contributors of each arm from a time on, at most `limit` of each kind. */
  contributors(experimentId: string, startMs: number, limit: number): Promise<ArmContributors[]>;
}

const runsOf = ({ fromMs, untilMs, lengthMs }: Stretch) => planSpans(fromMs, untilMs, lengthMs / 1000);

/** Makes the reader of the rollups over a database. */
export function createRollupStore(db: Queryable): RollupStore {
  return {
    hostSums: (selection) => readHostSums(db, selection),
    armSpans: (selection) => readArmSpans(db, selection),
    async *seriesPieces(experimentId, { variant, fromMs, untilMs, windowSeconds }) {
      const runs = planSpans(fromMs, untilMs, windowSeconds);
      const sketches = readSpanSketches(db, experimentId, variant, runs);
      let next = await sketches.next();
      for (const count of await readSpanCounts(db, experimentId, variant, runs)) {
        while (!next.done && next.value.startMs < count.startMs) next = await sketches.next();
        const found = !next.done && next.value.startMs === count.startMs ? next.value.sketch : undefined;
        yield { ...count, sketch: found };
      }
    },
    comparison: (selection) => readComparison(db, selection),
    sketchSpanMs: (stretch) => Math.max(...runsOf(stretch).map(({ seconds }) => seconds * 1000)),
    sketches: (experimentId, variant, stretch) => readSpanSketches(db, experimentId, variant, runsOf(stretch)),
    async windowsWithoutSketch(experimentId, { fromMs, untilMs }) {
      const [row] = await db.query<{ missing: number }>(
        `SELECT coalesce(sum(hosts - sketches), 0)::integer AS missing FROM metrics_cache
         WHERE experiment_id = $1 AND window_start >= $2 AND window_start < $3`,
        [experimentId, new Date(fromMs).toISOString(), new Date(untilMs).toISOString()],
      );
      return row?.missing ?? 0;
    },
    kpiRows: (experimentId) => readKpiRows(db, experimentId),
    contributors: (experimentId, startMs, limit) => readContributors(db, experimentId, startMs, limit),
  };
}
