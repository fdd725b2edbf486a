import type { DocumentPath } from "@phoenix/catalog";

/** What a list at a path is: does the order of its entries mean anything, and are they names of components? */
export type ListMeaning = { ordered: boolean; names: boolean };

/** Says what a list means; where nothing is known of one, its order counts. */
export function meaningOfList(path: DocumentPath): ListMeaning {
  const steps = path[0] === "service" ? path.slice(1) : path;
  const last = String(path.at(-1));
  if (steps.length === 3 && steps[0] === "pipelines") return { ordered: last === "processors", names: true };
  if (path.length === 2 && path[0] === "service" && last === "extensions") return { ordered: false, names: true };
  return { ordered: !sets.has(last), names: false };
}

/**
 * Lists that are sets: conditions of a filter (one that is true is enough), names and pids to keep or leave
 * out, and the attributes that a metric of a receiver has.
 */
const sets = new Set([
  "metric_conditions",
  "names",
  "metric_names",
  "metrics_include",
  "metrics_exclude",
  "attributes_include",
  "devices",
  "interfaces",
  "mount_points",
  "fs_types",
  "must_keep",
]);
