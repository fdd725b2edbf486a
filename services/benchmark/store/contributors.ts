import type { Queryable } from "@phoenix/platform/database";
import type { StoredContributor } from "../kpis/index.ts";

const hourMs = 60 * 60 * 1000;

/** Where the series of one arm come from. */
export interface ArmContributors {
  readonly variant: string;
  /** Windows in which it was counted, over all hosts. */
  readonly windows: number;
  readonly metrics: StoredContributor[];
  readonly attributes: StoredContributor[];
}

// The hour that a time falls into is read from the observations, the hours after it as they were added up.
const hours = `
  SELECT variant, host_id, sum(contributor_windows)::double precision AS windows FROM observation_hours
  WHERE experiment_id = $1 AND hour_start >= $3 GROUP BY 1, 2`;
const counted = `
  SELECT variant, host_id, count(*)::double precision AS windows FROM observations
  WHERE experiment_id = $1 AND window_start >= $2 AND window_start < $3 AND complete AND contributors IS NOT NULL GROUP BY 1, 2`;
const hourSums = `
  SELECT variant, kind, name, series, distinct_values FROM contributor_hours WHERE experiment_id = $1 AND hour_start >= $3`;
const countedSums = `
  SELECT variant, kind, entry ->> 'name', (entry ->> 'series')::double precision,
    (entry ->> 'distinctValues')::double precision
  FROM observations, (VALUES ('metric', 'metrics'), ('attribute', 'attributes')) AS list (kind, key),
    jsonb_array_elements(contributors -> key) AS entry
  WHERE experiment_id = $1 AND window_start >= $2 AND window_start < $3 AND complete AND contributors IS NOT NULL`;

/**
 * The largest contributors of each arm from a time on, arms by name: the mean
 * over the windows counted, summed over hosts. One that was not among the most
 * in a window counts as nothing in it.
 */
export async function readContributors(
  db: Queryable,
  experimentId: string,
  startMs: number,
  limit: number,
): Promise<ArmContributors[]> {
  const parameters = [
    experimentId,
    new Date(startMs).toISOString(),
    new Date(Math.ceil(startMs / hourMs) * hourMs).toISOString(),
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
