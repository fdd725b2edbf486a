import { isPhoenixError } from "@phoenix/platform/errors";
import type { Logger } from "@phoenix/platform/logging";
import { type ArmWindows, type ComparedWindow, createWindowChooser } from "./choose-windows.ts";
import { type ComparedField, type Comparison, compareArm } from "./compare-arm.ts";
import { createPrometheusClient } from "./prometheus-client.ts";
import {
  type ArmScope,
  activeSeriesQuery,
  dataPointsQuery,
  longestQuery,
  metricNamesQuery,
  nameListQuery,
} from "./queries.ts";
import type { QuerySeries } from "./query-answer.ts";
import type { PrometheusServer } from "./settings.ts";

/** How long a comparison may take with all its queries. */
const comparisonMs = 20_000;
/** How long an answer is given again, a failure too: a page that refreshes must not load a server that is down. */
const freshMs = 10_000;
const mostKept = 64;

/** What came of comparing. */
export interface SourceAnswer {
  readonly comparisons: readonly (Comparison & { readonly query: string })[];
  /** Why there are none, or not all; empty otherwise. */
  readonly detail: string;
}

/** Compares what taps counted with what Prometheus has. */
export interface SecondSource {
  /**
   * Compares an experiment; `key` tells apart what is asked of it, and an answer of the last seconds is given again.
   * What Prometheus cannot answer is in the detail; what reading the windows throws is thrown on.
   */
  compare(experimentId: string, key: string, read: () => AsyncIterable<ComparedWindow>): Promise<SourceAnswer>;
}

/** Makes the second source of a server; nothing is asked before the first comparison. */
export function createSecondSource(
  server: PrometheusServer,
  { clock, logger }: { clock: () => number; logger: Logger },
): SecondSource {
  const client = createPrometheusClient(server);
  const kept = new Map<string, { untilMs: number; answer: Promise<SourceAnswer> }>();

  async function compareOne(experimentId: string, arm: ArmWindows, signal: AbortSignal): Promise<SourceAnswer> {
    const scope: ArmScope = { experimentId, ...arm };
    const stepMs = arm.windowSeconds * 1000;
    const range = { startMs: arm.firstEndMs, endMs: arm.lastEndMs, stepMs };
    const compared = async (field: ComparedField, query: string) => ({
      ...compareArm(arm, field, await client.queryRange(query, range, signal)),
      query,
    });
    const spanSeconds = (arm.lastEndMs - arm.firstEndMs) / 1000 + arm.windowSeconds;
    const listed = client.query(nameListQuery(scope, spanSeconds), arm.lastEndMs, signal).then(namesOf);
    const [series, metricNames, names] = await Promise.all([
      compared("activeSeries", activeSeriesQuery(scope)),
      compared("metricNames", metricNamesQuery(scope)),
      listed,
    ]);
    const query = names.length === 0 ? nameListQuery(scope, spanSeconds) : dataPointsQuery(scope, names);
    if (query.length > longestQuery) {
      const detail = `Data points of ${arm.variant} are not compared: ${names.length} metric names on ${arm.hostIds.length} hosts make too long a query.`;
      return { comparisons: [series, metricNames], detail };
    }
    // Without a name there is nothing to count; the answer is known.
    const points =
      names.length === 0 ? { ...compareArm(arm, "dataPoints", []), query } : await compared("dataPoints", query);
    return { comparisons: [series, points, metricNames], detail: "" };
  }

  async function compareAll(experimentId: string, windows: AsyncIterable<ComparedWindow>): Promise<SourceAnswer> {
    const chooser = createWindowChooser();
    for await (const window of windows) chooser.add(window);
    const arms = chooser.choose(clock());
    if (arms.length === 0) {
      const detail = "There is nothing to compare yet: no complete window of the experiment is older than 10 seconds.";
      return { comparisons: [], detail };
    }
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, AbortSignal.timeout(comparisonMs)]);
    try {
      const answers = await Promise.all(arms.map((arm) => compareOne(experimentId, arm, signal)));
      const detail = answers.flatMap((answer) => answer.detail || []).join(" ");
      return { comparisons: answers.flatMap(({ comparisons }) => comparisons), detail };
    } catch (error) {
      if (!isPhoenixError(error)) throw error;
      logger.warn({ experimentId, reason: error.message }, "the second source did not answer");
      return { comparisons: [], detail: error.message };
    } finally {
      // One query that failed makes the others pointless.
      over.abort();
    }
  }

  return {
    compare(experimentId, key, read) {
      const nowMs = clock();
      for (const [id, { untilMs }] of kept) if (untilMs <= nowMs) kept.delete(id);
      const id = JSON.stringify([experimentId, key]);
      const known = kept.get(id);
      if (known !== undefined) return known.answer;
      const [oldest] = kept.keys();
      if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest);
      const answer = compareAll(experimentId, read());
      kept.set(id, { untilMs: nowMs + freshMs, answer });
      // What the database refused is to be asked again.
      answer.catch(() => kept.delete(id));
      return answer;
    },
  };
}

function namesOf(series: readonly QuerySeries[]): string[] {
  return series.flatMap(({ labels }) => labels.__name__ ?? []).sort();
}
