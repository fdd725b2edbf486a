import type { SumTable } from "./add-sums.ts";

const experiment = { name: "experiment_id", type: "text" } as const;
const variant = { name: "variant", type: "text" } as const;
const windowStart = { name: "window_start", type: "timestamptz" } as const;
const hourStart = { name: "hour_start", type: "timestamptz" } as const;
const windowSeconds = { name: "window_seconds", type: "integer" } as const;
const doubles = (...names: string[]) => names.map((name) => ({ name, type: "double precision" }) as const);
const counts = (...names: string[]) => names.map((name) => ({ name, type: "bigint" }) as const);

const host = { name: "host_id", type: "text" } as const;

const sumsOfHosts = [
  ...counts("windows"),
  ...doubles("seconds", "active_series", "data_points", "otlp_bytes", "metric_names"),
  ...doubles("cpu_seconds", "cpu_known_seconds", "rss_bytes"),
  ...counts("up_windows", "must_keep_seen", "must_keep_reported"),
  ...doubles("dropped_points"),
  ...counts("restarts", "contributor_windows"),
];

/** Length of a part of an hour, in milliseconds. */
export const partMs = 10 * 60 * 1000;
/** Length of an hour, in milliseconds. */
export const hourMs = 6 * partMs;
/** Length of a quarter of a UTC day, in milliseconds. */
export const quarterMs = 6 * hourMs;

/** Sums of an arm of a host in ten minutes. */
export const partSums: SumTable = {
  name: "observation_parts",
  keys: [experiment, { name: "part_start", type: "timestamptz" }, variant, host],
  kept: [],
  sums: sumsOfHosts,
};

/** The same sums in an hour: of those that are over, see roll-up.ts. */
export const hourSums: SumTable = {
  name: "observation_hours",
  keys: [experiment, hourStart, variant, host],
  kept: [],
  sums: sumsOfHosts,
};

/** The same sums in a quarter of a day: of those whose hours are all added up. */
export const quarterSums: SumTable = {
  name: "observation_quarters",
  keys: [experiment, { name: "quarter_start", type: "timestamptz" }, variant, host],
  kept: [],
  sums: sumsOfHosts,
};

/** KPIs of an arm in a window, summed over hosts. */
export const windowSums: SumTable = {
  name: "metrics_cache",
  keys: [experiment, variant, windowStart],
  kept: [windowSeconds],
  sums: [
    ...(["hosts", "cpu_hosts", "sketches"] as const).map((name) => ({ name, type: "integer" }) as const),
    ...doubles("active_series", "data_points", "otlp_bytes", "metric_names", "collector_cpu", "collector_rss"),
  ],
};

/** Figures of an arm in a window, summed over the hosts of which so many arms delivered it whole. */
export const comparedSums: SumTable = {
  name: "compared_windows",
  keys: [experiment, { name: "arms", type: "integer" }, windowStart, variant],
  kept: [windowSeconds],
  sums: [
    ...counts("hosts"),
    ...doubles("active_series", "data_points", "otlp_bytes", "metric_names", "cpu_seconds"),
    ...counts("cpu_hosts"),
    ...doubles("rss_bytes"),
  ],
};

/** Contributors of an arm in an hour, summed over hosts and windows. */
export const contributorSums: SumTable = {
  name: "contributor_hours",
  keys: [experiment, hourStart, variant, { name: "kind", type: "text" }, { name: "name", type: "text" }],
  kept: [],
  sums: doubles("series", "distinct_values"),
};
