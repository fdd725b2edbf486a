import type { Tx } from "@phoenix/platform/database";
import { type Additions, createAdditions } from "./add-sums.ts";
import { addCompared } from "./compared-rollup.ts";
import { type NewObservation, seenOf } from "./observation-columns.ts";
import { neverRolled, readRolledUp, rollUp } from "./roll-up.ts";
import { mergeSketches } from "./sketch-rollup.ts";
import {
  comparedSums,
  contributorSums,
  hourMs,
  hourSums,
  partMs,
  partSums,
  quarterMs,
  quarterSums,
  windowSums,
} from "./sum-tables.ts";
import { timeText } from "./time-text.ts";

/**
 * Adds observations that are new in this transaction to every rollup: once,
 * because a row is new once. Transactions of one experiment take turns from here
 * to their end, so what one reads of it is what the one before left.
 */
export async function applyRollups(tx: Tx, observations: readonly NewObservation[], nowMs: number): Promise<void> {
  const experimentIds = [...new Set(observations.map((it) => it.experimentId))].sort();
  for (const experimentId of experimentIds) {
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('phoenix.benchmark.rollups ' || $1, 0))", [
      experimentId,
    ]);
  }
  await noteArms(tx, observations);
  const rolled = await readRolledUp(tx, experimentIds);
  const parts = createAdditions(partSums);
  const hours = createAdditions(hourSums);
  const quarters = createAdditions(quarterSums);
  const windows = createAdditions(windowSums);
  const contributors = createAdditions(contributorSums);
  const compared = createAdditions(comparedSums);
  const merged = await mergeSketches(tx, observations);
  for (const it of observations) {
    const amounts = amountsOf(it);
    parts.add([it.experimentId, startOf(it, partMs), it.variant, it.hostId], [], amounts);
    const { hoursUntilMs, quartersUntilMs } = rolled.get(it.experimentId) ?? neverRolled;
    if (it.startMs < hoursUntilMs) {
      hours.add([it.experimentId, startOf(it, hourMs), it.variant, it.hostId], [], amounts);
    }
    if (it.startMs < quartersUntilMs) {
      quarters.add([it.experimentId, startOf(it, quarterMs), it.variant, it.hostId], [], amounts);
    }
    if (it.complete) addWindow(windows, it, merged.has(it));
    if (it.complete) addContributors(contributors, it);
  }
  await addCompared(tx, observations, compared);
  for (const additions of [parts, hours, quarters, windows, contributors, compared]) await additions.write(tx);
  await rollUp(tx, observations, rolled, nowMs);
}

async function noteArms(tx: Tx, observations: readonly NewObservation[]): Promise<void> {
  const first = new Map<string, NewObservation>();
  for (const it of observations) {
    const key = [it.experimentId, it.hostId, it.variant].join("\0");
    const known = first.get(key);
    if (known === undefined || it.startMs < known.startMs) first.set(key, it);
  }
  const rows = [...first].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, it]) => it);
  await tx.query(
    `INSERT INTO observed_arms AS known (experiment_id, host_id, variant, first_start, window_seconds)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::integer[])
       AS seen (experiment_id, host_id, variant, first_start, window_seconds)
     -- A row that stays as it is would be locked by a conflict, which is a write.
     WHERE NOT EXISTS (SELECT FROM observed_arms noted
       WHERE (noted.experiment_id, noted.host_id, noted.variant) = (seen.experiment_id, seen.host_id, seen.variant)
         AND noted.first_start <= seen.first_start)
     ON CONFLICT (experiment_id, host_id, variant) DO UPDATE
     SET first_start = excluded.first_start, window_seconds = excluded.window_seconds
     WHERE excluded.first_start < known.first_start`,
    [
      rows.map((it) => it.experimentId),
      rows.map((it) => it.hostId),
      rows.map((it) => it.variant),
      rows.map((it) => timeText(it.startMs)),
      rows.map((it) => it.windowSeconds),
    ],
  );
}

/** Start of the span of this length that a window is in. */
const startOf = ({ startMs }: NewObservation, spanMs: number): string =>
  timeText(Math.floor(startMs / spanMs) * spanMs);

/** What a window adds to the sums of its host. */
function amountsOf(it: NewObservation): number[] {
  const known = !Number.isNaN(it.cpuSeconds);
  const seen = seenOf(it);
  const complete = [
    1,
    it.windowSeconds,
    it.activeSeries,
    it.dataPoints,
    it.otlpBytes,
    it.metricNames,
    known ? it.cpuSeconds : 0,
    known ? it.windowSeconds : 0,
    it.rssBytes,
    it.up ? 1 : 0,
    seen.length,
    seen.filter(({ reported }) => reported).length,
  ];
  return [
    ...(it.complete ? complete : complete.map(() => 0)),
    it.droppedPoints,
    it.restarts,
    it.complete && it.contributors !== undefined ? 1 : 0,
  ];
}

function addWindow(windows: Additions, it: NewObservation, sketched: boolean): void {
  const known = !Number.isNaN(it.cpuSeconds);
  windows.add(
    [it.experimentId, it.variant, timeText(it.startMs)],
    [it.windowSeconds],
    [
      1,
      known ? 1 : 0,
      sketched ? 1 : 0,
      it.activeSeries,
      it.dataPoints / it.windowSeconds,
      it.otlpBytes / it.windowSeconds,
      it.metricNames,
      known ? it.cpuSeconds / it.windowSeconds : 0,
      it.rssBytes,
    ],
  );
}

function addContributors(contributors: Additions, it: NewObservation): void {
  if (it.contributors === undefined) return;
  const lists = [
    ["metric", it.contributors.metrics],
    ["attribute", it.contributors.attributes],
  ] as const;
  for (const [kind, list] of lists) {
    for (const { name, series, distinctValues } of list) {
      contributors.add([it.experimentId, startOf(it, hourMs), it.variant, kind, name], [], [series, distinctValues]);
    }
  }
}
