import { hashAttributes, processNameEnd, processNameStart } from "./attribute-walker.ts";
import { finishHash, hashBytes, lane1, lane2 } from "./identity-hash.ts";
import { cursor, messageTag, readLength, readTag, skipField } from "./wire-cursor.ts";
import { WireError } from "./wire-error.ts";

/** Receives what a walk meets. Bytes are only valid during the call. */
export interface MetricsVisitor {
  /** One data point, by the 64-bit identity of its series. */
  point(lane1: number, lane2: number): void;
  /** One metric with its name, by a hash of the name alone. */
  metricName(lane1: number, lane2: number): void;
  /** The name of a process that has at least one data point: bytes `from` to `end`, and their hash. */
  processName(lane1: number, lane2: number, bytes: Uint8Array, from: number, end: number): void;
}

const FIELD_1 = messageTag(1);
const FIELD_2 = messageTag(2);
/** Field of the attributes in InstrumentationScope. */
export const SCOPE_ATTRIBUTES_FIELD = 3;

/** Field of the attributes in a data point, by the field of the metric that holds such points. */
export const ATTRIBUTES_FIELD_BY_DATA_TAG: ReadonlyMap<number, number> = new Map([
  [messageTag(5), 7], // gauge: NumberDataPoint
  [messageTag(7), 7], // sum: NumberDataPoint
  [messageTag(9), 9], // histogram: HistogramDataPoint
  [messageTag(10), 1], // exponential_histogram: ExponentialHistogramDataPoint
  [messageTag(11), 7], // summary: SummaryDataPoint
]);

/**
 * Walks one ExportMetricsServiceRequest and tells the visitor every data point.
 * The identity of a point is resource + scope + metric name + attributes, and
 * nothing else. Throws WireError, and nothing else, when the bytes are not such
 * a message; the visitor has then heard a part of it and must forget it.
 *
 * Fields are looked for, not expected in order: collectors marshal backwards,
 * so a resource comes after its metrics and a metric's name last.
 *
 * Source: opentelemetry-proto 1.x, metrics/v1/metrics.proto.
 */
export function walkMetrics(body: Uint8Array, visitor: MetricsVisitor): void {
  let at = 0;
  while (at < body.length) {
    const tag = readTag(body, at, body.length);
    if (tag === FIELD_1) {
      const end = readLength(body, cursor, body.length);
      walkResource(body, cursor, end, visitor);
      at = end;
    } else {
      at = skipField(body, tag, cursor, body.length);
    }
  }
}

/** Walks ResourceMetrics: resource 1, scope_metrics 2. */
function walkResource(bytes: Uint8Array, from: number, end: number, visitor: MetricsVisitor): void {
  const resource = findSingular(bytes, from, end, "resource");
  let nameStart = -1;
  let nameEnd = -1;
  if (resource >= 0) {
    const resourceEnd = readLength(bytes, resource, end);
    hashAttributes(bytes, cursor, resourceEnd, 1, 1, 2);
    nameStart = processNameStart;
    nameEnd = processNameEnd;
  } else {
    hashAttributes(bytes, from, from, 1, 1, 2);
  }
  const seed1 = lane1;
  const seed2 = lane2;
  let points = 0;
  let at = from;
  while (at < end) {
    const tag = readTag(bytes, at, end);
    if (tag === FIELD_2) {
      const scopeEnd = readLength(bytes, cursor, end);
      points += walkScope(bytes, cursor, scopeEnd, seed1, seed2, visitor);
      at = scopeEnd;
    } else {
      at = skipField(bytes, tag, cursor, end);
    }
  }
  if (points > 0 && nameStart >= 0) tellProcessName(bytes, nameStart, nameEnd, visitor);
}

/** Walks ScopeMetrics: scope 1, metrics 2. */
function walkScope(
  bytes: Uint8Array,
  from: number,
  end: number,
  resource1: number,
  resource2: number,
  visitor: MetricsVisitor,
): number {
  const scope = findSingular(bytes, from, end, "scope");
  if (scope >= 0) {
    const scopeEnd = readLength(bytes, scope, end);
    hashScope(bytes, cursor, scopeEnd, resource1, resource2);
  } else {
    hashScope(bytes, from, from, resource1, resource2);
  }
  const seed1 = lane1;
  const seed2 = lane2;
  let points = 0;
  let at = from;
  while (at < end) {
    const tag = readTag(bytes, at, end);
    if (tag === FIELD_2) {
      const metricEnd = readLength(bytes, cursor, end);
      points += walkMetric(bytes, cursor, metricEnd, seed1, seed2, visitor);
      at = metricEnd;
    } else {
      at = skipField(bytes, tag, cursor, end);
    }
  }
  return points;
}

/** Hashes InstrumentationScope: name 1, version 2, attributes 3. */
function hashScope(bytes: Uint8Array, from: number, end: number, seed1: number, seed2: number): void {
  hashAttributes(bytes, from, end, SCOPE_ATTRIBUTES_FIELD, seed1, seed2);
  let sum1 = lane1;
  let sum2 = lane2;
  let at = from;
  while (at < end) {
    const tag = readTag(bytes, at, end);
    if (tag === FIELD_1 || tag === FIELD_2) {
      at = readLength(bytes, cursor, end);
      // An empty name is the same as none, so it must not change the sum.
      if (at === cursor) continue;
      hashBytes(bytes, cursor, at, tag, tag);
      sum1 = (sum1 + lane1) | 0;
      sum2 = (sum2 + lane2) | 0;
    } else {
      at = skipField(bytes, tag, cursor, end);
    }
  }
  finishHash(sum1, sum2);
}

/** Walks Metric: name 1, and its points under one of five fields. Returns how many points it has. */
function walkMetric(
  bytes: Uint8Array,
  from: number,
  end: number,
  scope1: number,
  scope2: number,
  visitor: MetricsVisitor,
): number {
  const name = findSingular(bytes, from, end, "metric name");
  let nameStart = from;
  let nameEnd = from;
  if (name >= 0) {
    nameEnd = readLength(bytes, name, end);
    nameStart = cursor;
  }
  hashBytes(bytes, nameStart, nameEnd, 3, 4);
  const name1 = lane1;
  const name2 = lane2;
  finishHash(scope1 ^ name1, scope2 ^ name2);
  const seed1 = lane1;
  const seed2 = lane2;
  let hasData = false;
  let points = 0;
  let at = from;
  while (at < end) {
    const tag = readTag(bytes, at, end);
    const attributesField = ATTRIBUTES_FIELD_BY_DATA_TAG.get(tag);
    if (attributesField !== undefined) {
      if (hasData) throw new WireError("A metric holds its points twice.");
      hasData = true;
      const dataEnd = readLength(bytes, cursor, end);
      points += walkPoints(bytes, cursor, dataEnd, attributesField, seed1, seed2, visitor);
      at = dataEnd;
    } else {
      at = skipField(bytes, tag, cursor, end);
    }
  }
  if (points > 0) visitor.metricName(name1, name2);
  return points;
}

/** Walks Gauge, Sum and the like: data_points 1. */
function walkPoints(
  bytes: Uint8Array,
  from: number,
  end: number,
  attributesField: number,
  seed1: number,
  seed2: number,
  visitor: MetricsVisitor,
): number {
  let points = 0;
  let at = from;
  while (at < end) {
    const tag = readTag(bytes, at, end);
    if (tag === FIELD_1) {
      const pointEnd = readLength(bytes, cursor, end);
      hashAttributes(bytes, cursor, pointEnd, attributesField, seed1, seed2);
      visitor.point(lane1, lane2);
      // A pipeline may have moved the name from the resource to the points.
      if (processNameStart >= 0) tellProcessName(bytes, processNameStart, processNameEnd, visitor);
      points++;
      at = pointEnd;
    } else {
      at = skipField(bytes, tag, cursor, end);
    }
  }
  return points;
}

function tellProcessName(bytes: Uint8Array, from: number, end: number, visitor: MetricsVisitor): void {
  hashBytes(bytes, from, end, 5, 6);
  visitor.processName(lane1, lane2, bytes, from, end);
}

/**
 * Offset of the length of the one field 1 in a message, or -1 without one.
 * Protobuf would merge two; no collector writes two, and half a merge would be a
 * wrong count, so two are refused.
 */
export function findSingular(bytes: Uint8Array, from: number, end: number, what: string): number {
  let found = -1;
  let at = from;
  while (at < end) {
    const tag = readTag(bytes, at, end);
    if (tag === FIELD_1) {
      if (found >= 0) throw new WireError(`A message holds more than one ${what}.`);
      found = cursor;
    }
    at = skipField(bytes, tag, cursor, end);
  }
  return found;
}
