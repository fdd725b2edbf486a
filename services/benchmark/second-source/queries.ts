import { quote, selector } from "./selector.ts";

/** The series of one arm on some hosts, in windows of one length. */
export interface ArmScope {
  readonly experimentId: string;
  readonly variant: string;
  readonly hostIds: readonly string[];
  readonly windowSeconds: number;
}

/** Longest query, in characters: the answer to a comparison carries those of every arm. */
export const longestQuery = 256 * 1024;

/*
 * All look at a range of exactly one window that ends where they are evaluated, so nothing older is taken for
 * current (an instant selector would look back 5 minutes). last_over_time, because it alone of the functions
 * over a range keeps the metric's name: without it two metrics of a process would be one series.
 */

/** Active series of each host in the window before. */
export function activeSeriesQuery(scope: ArmScope): string {
  return `count by (host_id) (last_over_time(${rangeOf(scope)}))`;
}

/** Metric names of each host in the window before. */
export function metricNamesQuery(scope: ArmScope): string {
  return `count by (host_id) (count by (host_id, __name__) (last_over_time(${rangeOf(scope)})))`;
}

/** The metric names of an arm, one element each, over the seconds before. */
export function nameListQuery(scope: ArmScope, seconds: number): string {
  return `count by (__name__) (last_over_time(${armSelector(scope)}[${seconds}s]))`;
}

/**
 * Data points of each host in the window before. Name by name: count_over_time drops names, and refuses series that
 * are then the same.
 */
export function dataPointsQuery(scope: ArmScope, names: readonly string[]): string {
  const parts = names.map((name) => {
    const points = `sum by (host_id) (count_over_time(${rangeOf(scope, name)}))`;
    // A label of its own for each, so that `or` takes them all.
    return `label_replace(${points}, "of", ${quote(name)}, "", "")`;
  });
  return `sum by (host_id) (${parts.join(" or ")})`;
}

function rangeOf(scope: ArmScope, name?: string): string {
  return `${armSelector(scope, name)}[${scope.windowSeconds}s]`;
}

function armSelector({ experimentId, variant, hostIds }: ArmScope, name?: string): string {
  return selector({
    ...(name === undefined ? {} : { __name__: name }),
    experiment_id: experimentId,
    variant,
    host_id: hostIds,
  });
}
