import type { Queryable } from "@phoenix/platform/database";
import type { StoredContributor } from "../kpis/index.ts";
import type { Selection } from "./host-sums.ts";
import { hourRows } from "./roll-up.ts";
import { hourMs } from "./sum-tables.ts";
import { timeText } from "./time-text.ts";

/** Where the series of one arm come from. */
export interface ArmContributors {
  readonly variant: string;
  /** Windows in which it was counted, over all hosts. */
  readonly windows: number;
  readonly metrics: StoredContributor[];
  readonly attributes: StoredContributor[];
}

// Hours in which the time begins and ends are read from the observations, those between as they were added up.
const hours = `
  SELECT variant, host_id, sum(contributor_windows)::double precision AS windows
  FROM ${hourRows(["contributor_windows"])} AS hours WHERE at >= $2 AND at < $3 GROUP BY 1, 2`;
// OFFSET keeps the planner from reading whole days for ranges that it does not know.
const ofParts = `
  unnest($4::timestamptz[], $5::timestamptz[]) AS part (part_from, part_until), LATERAL (
    SELECT variant, host_id, contributors FROM observations
    WHERE experiment_id = $1 AND window_start >= part_from AND window_start < part_until
      AND complete AND contributors IS NOT NULL
    OFFSET 0) AS observations`;
const counted = `SELECT variant, host_id, count(*)::double precision AS windows FROM ${ofParts} GROUP BY 1, 2`;
const hourSums = `
  SELECT variant, kind, name, series, distinct_values FROM contributor_hours
  WHERE experiment_id = $1 AND hour_start >= $2 AND hour_start < $3`;
const countedSums = `
  SELECT variant, kind, entry ->> 'name', (entry ->> 'series')::double precision,
    (entry ->> 'distinctValues')::double precision
  FROM ${ofParts}, (VALUES ('metric', 'metrics'), ('attribute', 'attributes')) AS list (kind, key),
    jsonb_array_elements(contributors -> key) AS entry`;

/**
 * The largest contributors of each arm in windows that start within a time, arms by name: the mean
 * over the windows counted, summed over hosts. One that was not among the most
 * in a window counts as nothing in it.
 */
export async function readContributors(
  db: Queryable,
  experimentId: string,
  { startMs, endMs }: Pick<Selection, "startMs" | "endMs">,
  limit: number,
): Promise<ArmContributors[]> {
  const fromMs = Math.min(Math.ceil(startMs / hourMs) * hourMs, endMs);
  const untilMs = Math.max(Math.floor(endMs / hourMs) * hourMs, fromMs);
  const parts = [
    { begin: startMs, end: fromMs },
    { begin: untilMs, end: endMs },
  ].filter(({ begin, end }) => begin < end);
  const parameters = [
    experimentId,
    timeText(fromMs),
    timeText(untilMs),
    parts.map(({ begin }) => timeText(begin)),
    parts.map(({ end }) => timeText(end)),
  ];
  const windows = await db.query<{ variant: string; windows: number; hosts: number }>(
    `SELECT variant, sum(windows) AS windows, count(DISTINCT host_id)::integer AS hosts
     FROM (${hours} UNION ALL ${counted}) AS counted WHERE windows > 0 GROUP BY variant ORDER BY variant`,
    parameters,
  );
  const sums = await db.query<{ variant: string; kind: string; name: string; series: number; values: number }>(
    `SELECT variant, kind, name, sum(series) AS series, sum(distinct_values) AS values
     FROM (${hourSums} UNION ALL ${countedSums}) AS counted GROUP BY variant, kind, name`,
    parameters,
  );
  return windows.map(({ variant, windows: total, hosts }) => {
    const listOf = (kind: "metric" | "attribute"): StoredContributor[] =>
      sums
        .filter((row) => row.variant === variant && row.kind === kind)
        .map(({ name, series, values }) => ({
          name,
          series: Math.round((series * hosts) / total),
          distinctValues: Math.round((values * hosts) / total),
        }))
        .sort((a, b) => most(kind, b) - most(kind, a) || (a.name < b.name ? -1 : 1))
        .slice(0, limit);
    return { variant, windows: total, metrics: listOf("metric"), attributes: listOf("attribute") };
  });
}

function most(kind: "metric" | "attribute", { series, distinctValues }: StoredContributor): number {
  return kind === "metric" ? series : distinctValues;
}
