import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type ContributorCount,
  ContributorCountSchema,
  type MustKeepSighting,
  MustKeepSightingSchema,
  type Observation,
  ObservationSchema,
} from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import type { CompiledExpression } from "@phoenix/platform/expression";
import type { OracleWindow } from "../oracle/index.ts";
import type { TapContributors, TapWindow } from "../tap/index.ts";
import type { WindowUsage } from "./summarize-usage.ts";

/** Everything known of one arm in one window. */
export type WindowFacts = {
  experimentId: string;
  variant: string;
  configDigest: string;
  mustKeep: readonly CompiledExpression[];
  tap: TapWindow;
  usage: WindowUsage;
  /** Null where nothing must be kept. */
  oracle: OracleWindow | null;
  /** Data points the collector failed to send in the window. */
  droppedPoints: number;
  /** The host's clock minus the controller's, in milliseconds. */
  clockOffsetMs: number;
  /** Why the arm itself makes the window incomplete; empty when it does not. */
  disturbance: string;
};

const mostSightings = 10_000;
const longestReason = 256;

/** Joins the facts of a window to the observation that is sent. The first reason for its incompleteness is given. */
export function joinObservation(facts: WindowFacts): Observation {
  const { tap, usage, oracle } = facts;
  const reason =
    facts.disturbance || tap.incompleteReason || usage.incompleteReason || (oracle?.incompleteReason ?? "");
  return create(ObservationSchema, {
    experimentId: facts.experimentId,
    variant: facts.variant,
    seriesSketch: tap.sketch,
    measurement: {
      windowStart: timestampFromMs(tap.startMs),
      windowSeconds: Math.round(tap.windowMs / 1000),
      activeSeries: BigInt(tap.activeSeries),
      dataPoints: BigInt(tap.dataPoints),
      metricNames: BigInt(tap.metricNames),
      otlpBytes: BigInt(tap.otlpBytes),
      requests: BigInt(tap.requests),
      rejectedRequests: BigInt(tap.rejectedRequests),
      collectorCpuSeconds: usage.cpuSeconds,
      collectorRssBytes: BigInt(Math.round(usage.rssBytes)),
      collectorRestarts: usage.restarts,
      collectorUp: usage.up,
      complete: reason === "",
      incompleteReason: reason.slice(0, longestReason),
      droppedPoints: BigInt(Math.max(0, Math.round(facts.droppedPoints))),
      configDigest: facts.configDigest,
      mustKeep: sightings(facts.mustKeep, oracle, tap.reportedProcessNames),
      clockOffsetMs: BigInt(facts.clockOffsetMs),
      ...(tap.contributors === undefined ? {} : { contributors: contributorCount(tap.contributors) }),
    },
  });
}

function contributorCount({ metrics, attributes }: TapContributors): ContributorCount {
  const inContract = ({ name, series, distinctValues }: TapContributors["metrics"][number]) => ({
    name,
    series: BigInt(series),
    distinctValues: BigInt(distinctValues),
  });
  return create(ContributorCountSchema, {
    metrics: metrics.map(inContract),
    attributes: attributes.map(inContract),
  });
}

/** One sighting per expression and process that the oracle or the arm saw; the oracle's first, for they must not be cut. */
function sightings(
  mustKeep: readonly CompiledExpression[],
  oracle: OracleWindow | null,
  reported: ReadonlySet<string>,
): MustKeepSighting[] {
  const found = new Map<string, MustKeepSighting>();
  const see = (expression: string, processName: string, oracleSeen: boolean): void => {
    const key = JSON.stringify([expression, processName]);
    if (found.has(key)) return;
    found.set(
      key,
      create(MustKeepSightingSchema, {
        expression,
        processName: processName.slice(0, 1024),
        oracleSeen,
        reported: reported.has(processName),
      }),
    );
  };
  for (const { expression, processName } of oracle?.mustBeReported ?? []) see(expression, processName, true);
  for (const name of reported) {
    for (const { text, pattern } of mustKeep) if (pattern.test(name)) see(text, name, false);
  }
  return [...found.values()].slice(0, mostSightings);
}
