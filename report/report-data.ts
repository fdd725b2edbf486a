import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Kpi, type Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { ArmContributors, ArmKpis, BookCost, KpiSeries } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import type { CompareSourcesResponse } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { Arm, Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { Code, ErrorReason, fromConnectError, phoenixError } from "@phoenix/platform/errors";
import type { ReportClient } from "./report-client.ts";
import { type CandidateSightings, readSightings } from "./sightings.ts";

/** Everything a comparison shows; a part that the server has not is empty, or undefined. */
export type ReportData = {
  experiment: Experiment;
  /** Verdicts with their steps and block values. */
  verdicts: Verdict[];
  kpis: ArmKpis[];
  costs: BookCost[];
  assumptions: string[];
  contributors: ArmContributors[];
  /** The tap against a second source, where one is configured. */
  sources: CompareSourcesResponse | undefined;
  /** KPIs of each arm over time. */
  series: KpiSeries[];
  /** When must-keep processes were seen; undefined where there are too many windows for a picture. */
  sightings: CandidateSightings[] | undefined;
};

/** What is asked of a comparison beyond the experiment. */
export type ReportQuery = {
  /** Price books; empty takes all. */
  books?: string[];
  /** Hosts of the fleet to extrapolate to. */
  fleetHosts?: number;
  /** USD a month for a core, and for a GiB of memory. */
  corePrice?: number;
  gibPrice?: number;
  /** Leave all other candidates out. */
  variant?: string;
  /** Leave out what only pictures need. */
  figuresOnly?: boolean;
};

/** Contributors asked for, of each arm and kind: all that an agent counts. */
export const contributorLimit = 20;

const chartedKpis = [Kpi.ACTIVE_SERIES, Kpi.DATA_POINTS, Kpi.OTLP_BYTES, Kpi.COLLECTOR_CPU, Kpi.COLLECTOR_RSS];

/**
 * Gathers what a comparison shows, in a few calls, whatever the phase. Before
 * anything counts there are no figures. Throws INVALID_FIELD for a variant
 * that is no candidate.
 */
export async function gatherReportData(
  client: ReportClient,
  experimentId: string,
  query: ReportQuery = {},
  signal?: AbortSignal,
): Promise<ReportData> {
  const call = signal === undefined ? {} : { signal };
  const { experiment } = await client.experiments.getExperiment({ experimentId }, call);
  if (experiment === undefined) {
    throw phoenixError(ErrorReason.INTERNAL, `the server gave no experiment ${experimentId}`);
  }
  const chosen = (variant: string): boolean => isChosen(experiment, variant, query.variant);
  const { verdicts } = await client.analytics.getVerdict({ experimentId }, call);
  const empty = { kpis: [], costs: [], assumptions: [], contributors: [], series: [] };
  const data: ReportData = { experiment, verdicts, ...empty, sources: undefined, sightings: undefined };
  // Until all arms run there is at most an A/A period, and that is no comparison.
  if (experiment.measureTime !== undefined) Object.assign(data, await gatherFigures(client, experiment, query, call));
  return {
    ...data,
    verdicts: data.verdicts.filter(({ variant }) => chosen(variant)),
    kpis: data.kpis.filter(({ variant }) => chosen(variant)),
    contributors: data.contributors.filter(({ variant }) => chosen(variant)),
    series: data.series.filter(({ variant }) => chosen(variant)),
    sightings: data.sightings?.filter(({ variant }) => chosen(variant)),
    costs: data.costs.map((cost) => ({
      ...cost,
      arms: cost.arms.filter(({ variant }) => chosen(variant)),
      savings: cost.savings.filter(({ variant }) => chosen(variant)),
    })),
    experiment: { ...experiment, ...(experiment.spec && { spec: specOf(experiment.spec, chosen) }) },
  };
}

type Call = { signal?: AbortSignal };

async function gatherFigures(client: ReportClient, experiment: Experiment, query: ReportQuery, call: Call) {
  const { benchmark } = client;
  const { experimentId, plan, measureTime, endTime } = experiment;
  // The arms go on until someone decides; all of this is about what was judged.
  const end = { experimentId, ...(endTime && { endTime }) };
  const time = { ...end, ...(measureTime && { startTime: measureTime }) };
  const counted = { ...time, warmupWindows: plan?.warmupWindows ?? 0 };
  const [{ arms: kpis }, cost, contributors, sources, series] = await Promise.all([
    benchmark.calculateKpis(counted, call),
    benchmark.getCostAnalysis(
      {
        ...counted,
        blockWindows: plan?.blockWindows ?? 0,
        productionIntervalSeconds: experiment.productionIntervalSeconds,
        books: query.books ?? [],
        fleetHosts: query.fleetHosts ?? 0,
        ...(query.corePrice !== undefined && { coreMonthPrice: query.corePrice }),
        ...(query.gibPrice !== undefined && { gibMonthPrice: query.gibPrice }),
      },
      call,
    ),
    ifServed(benchmark.getTopContributors({ ...time, limit: contributorLimit }, call)),
    ifServed(benchmark.compareSources(time, call)),
    query.figuresOnly ? undefined : benchmark.getKpiSeries({ ...end, kpis: chartedKpis }, call),
  ]);
  // During the warm-up there are arms with no window that counts: nothing, not zero.
  const measured = kpis.filter(({ windows }) => windows > 0);
  const costs = cost.books.filter(({ arms }) => arms.length > 0);
  const fromMs = measureTime === undefined ? 0 : timestampMs(measureTime);
  const untilMs = endTime === undefined ? Number.POSITIVE_INFINITY : timestampMs(endTime);
  const within = (atMs: number): boolean => atMs >= fromMs && atMs < untilMs;
  return {
    kpis: measured,
    costs,
    assumptions: costs.length === 0 ? [] : cost.assumptions,
    contributors: contributors?.arms ?? [],
    sources,
    series: (series?.series ?? []).map((one) => ({
      ...one,
      points: one.points.filter(({ windowStart }) => windowStart !== undefined && within(timestampMs(windowStart))),
    })),
    sightings: query.figuresOnly
      ? undefined
      : await readSightings(client, { experiment, kpis: measured, within }, call),
  };
}

/** The answer of a call that an older server does not know, undefined there. */
async function ifServed<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (fromConnectError(error).code === Code.Unimplemented) return undefined;
    throw error;
  }
}

function isChosen(experiment: Experiment, variant: string, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  const [baseline, ...candidates] = armsOf(experiment).map((arm) => arm.variant);
  if (candidates.includes(wanted)) return variant === wanted || variant === baseline;
  throw phoenixError(
    ErrorReason.INVALID_FIELD,
    `${experiment.experimentId} has no candidate "${wanted}"; its candidates are ${candidates.join(", ")}`,
  );
}

function specOf<T extends { arms: Arm[] }>(spec: T, chosen: (variant: string) => boolean): T {
  return { ...spec, arms: spec.arms.filter(({ variant }) => chosen(variant)) };
}

/** The arms of an experiment, the baseline first. */
export function armsOf({ spec }: Experiment): Arm[] {
  const arms = spec?.arms ?? [];
  return arms.toSorted((a, b) => Number(b.variant === "baseline") - Number(a.variant === "baseline"));
}

/** The names of a comparison's arms: the baseline and its candidates, in order. */
export function variantsOf({ experiment }: ReportData): { baseline: string; candidates: string[] } {
  const [baseline = "baseline", ...candidates] = armsOf(experiment).map(({ variant }) => variant);
  return { baseline, candidates };
}
