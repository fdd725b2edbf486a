import type { Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { formatKpi, kpiTitle } from "./experiment-words.ts";
import { type Cell, figures, type Grid, words } from "./grid.ts";
import { formatCount, formatPercent, formatSeconds } from "./quantities.ts";
import { contributorLimit, type ReportData, variantsOf } from "./report-data.ts";

/** Contributors shown of each kind. */
const shownContributors = 10;

/** The name of a host of an experiment, its id where it has none. */
export function hostName({ hosts }: Experiment, hostId: string): string {
  return hosts.find((host) => host.hostId === hostId)?.hostName || hostId;
}

/** Every must-keep process that a candidate missed: where, from when, for how long. */
export function missGrid({ experiment, verdicts }: ReportData): Grid {
  const windowSeconds = experiment.plan?.windowSeconds;
  const gap = (windows: number): Cell => ({
    figure: `${windows} ${windows === 1 ? "window" : "windows"}`,
    detail: windowSeconds === undefined ? "" : formatSeconds(windows * windowSeconds),
  });
  return {
    columns: [
      words("missed by"),
      words("process"),
      words("host"),
      words("first missed"),
      figures("longest gap"),
      figures("missed in all"),
      words("must-keep expression"),
    ],
    rows: verdicts.flatMap(({ variant, retention }) =>
      (retention?.misses ?? []).map((miss): Cell[] => [
        variant,
        miss.processName,
        hostName(experiment, miss.hostId),
        { time: miss.firstWindowStart },
        gap(miss.longestGapWindows),
        gap(miss.missedWindows),
        miss.expression,
      ]),
    ),
  };
}

/** Which metrics or attributes make the series of each arm, most first. */
export function contributorGrid(data: ReportData, of: "metrics" | "attributes"): Grid {
  const { baseline, candidates } = variantsOf(data);
  const variants = [baseline, ...candidates];
  return {
    columns: [words(of === "metrics" ? "metric" : "attribute"), ...variants.map(figures)],
    rows: contributorsOf(data, of).map(({ name, counts }) => [
      name,
      ...counts.map((count) => (count === undefined ? "" : formatCount(count))),
    ]),
  };
}

/** Contributors over all arms, most first; a count is undefined where the arm's own list does not have the name. */
export function contributorsOf(
  data: ReportData,
  of: "metrics" | "attributes",
): { name: string; counts: (number | undefined)[] }[] {
  const { baseline, candidates } = variantsOf(data);
  const arms = [baseline, ...candidates].map((variant) => data.contributors.find((arm) => arm.variant === variant));
  const names = new Set(arms.flatMap((arm) => (arm?.[of] ?? []).map(({ name }) => name)));
  return [...names]
    .map((name) => ({
      name,
      counts: arms.map((arm) => {
        const entry = arm?.[of].find((one) => one.name === name);
        if (entry !== undefined) return Number(of === "metrics" ? entry.series : entry.distinctValues);
        // A list that is not full has all there is.
        return arm !== undefined && arm.windows > 0 && arm[of].length < contributorLimit ? 0 : undefined;
      }),
    }))
    .sort((a, b) => Math.max(...b.counts.map((n) => n ?? 0)) - Math.max(...a.counts.map((n) => n ?? 0)))
    .slice(0, shownContributors);
}

/** The tap against the second source, where there is one. */
export function sourceGrid({ sources }: ReportData): Grid {
  return {
    columns: [
      words("arm"),
      words("measured"),
      figures("tap"),
      figures("second source"),
      figures("apart by"),
      words("agree"),
      words("because"),
    ],
    rows: (sources?.comparisons ?? []).map((one) => [
      one.variant,
      kpiTitle(one.kpi),
      formatKpi(one.kpi, one.tap),
      Number.isNaN(one.second) ? "nothing" : formatKpi(one.kpi, one.second),
      Number.isNaN(one.disagreementRatio) ? "" : formatPercent(one.disagreementRatio),
      Number.isNaN(one.second) ? "" : one.agrees ? "yes" : "no",
      one.explanation,
    ]),
  };
}

/** The checks of the measurement itself. */
export function checkGrid(verdict: Verdict): Grid {
  return {
    columns: [words("check"), words("holds"), words("seen")],
    rows: verdict.checks.map((check) => [check.name, check.holds ? "yes" : "no", check.detail]),
  };
}

/** Numbers from other methods; never deciding. */
export function crossCheckGrid(verdict: Verdict): Grid {
  return {
    columns: [words("method"), figures("value"), words("says")],
    rows: verdict.crossChecks.map((check) => [check.name, check.value.toPrecision(3), check.detail]),
  };
}
