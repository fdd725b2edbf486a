import type { NameMatcher } from "./name-matcher.ts";
import { type MetricsVisitor, walkMetrics } from "./otlp-walker.ts";
import { SeriesSet } from "./series-set.ts";
import { WireError } from "./wire-error.ts";

/** What one whole body held. Valid until the next body is read. */
export interface BodyContent {
  /** The body itself, read to its end without an error. */
  readonly body: Uint8Array;
  /** Identities of the data points: pairs of lanes, `pointCount` of them, duplicates included. */
  readonly points: Int32Array;
  /** How many data points the body held. */
  readonly pointCount: number;
  /** Hashes of the metric names: pairs of lanes, each name once. */
  readonly metricNames: readonly number[];
  /** Must-keep process names that had at least one data point. */
  readonly processNames: ReadonlySet<string>;
}

/** Reads bodies one at a time into space that is used again, so a body that fails half-way leaves nothing behind. */
export interface BodyScratch {
  /** Reads a whole body. Throws WireError, and nothing else, when it is not an OTLP metrics request. */
  read(body: Uint8Array, matcher: NameMatcher): BodyContent;
}

/** The scratch of one tap. A body of more than `maxPoints` data points is refused. */
export function createBodyScratch(maxPoints = 4_000_000): BodyScratch {
  let points = new Int32Array(2 * 4096);
  let length = 0;
  let matcher: NameMatcher;
  const namesSeen = new SeriesSet(256);
  let metricNames: number[] = [];
  let processNames = new Set<string>();

  const visitor: MetricsVisitor = {
    point(lane1, lane2) {
      if (length === points.length) grow();
      points[length++] = lane1;
      points[length++] = lane2;
    },
    metricName(lane1, lane2) {
      if (namesSeen.add(lane1, lane2)) metricNames.push(lane1, lane2);
    },
    processName(lane1, lane2, bytes, from, end) {
      const name = matcher.match(lane1, lane2, bytes, from, end);
      if (name !== undefined) processNames.add(name);
    },
  };

  function grow(): void {
    if (length >= maxPoints * 2) throw new WireError(`The body holds more than ${maxPoints} data points.`);
    const larger = new Int32Array(Math.min(points.length * 2, maxPoints * 2));
    larger.set(points);
    points = larger;
  }

  return {
    read(body, matcherOfArm) {
      length = 0;
      matcher = matcherOfArm;
      namesSeen.clear();
      metricNames = [];
      processNames = new Set();
      walkMetrics(body, visitor);
      return { body, points, pointCount: length / 2, metricNames, processNames };
    },
  };
}
