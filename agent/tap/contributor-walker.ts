import { ATTRIBUTES_FIELD_BY_DATA_TAG, findSingular, SCOPE_ATTRIBUTES_FIELD } from "./otlp-walker.ts";
import { cursor, messageTag, readLength, readTag, skipField } from "./wire-cursor.ts";

/** Where an attribute stands. */
export type AttributeLevel = "resource" | "scope" | "point";

/** Receives where fresh series come from. Offsets are into the body that is walked. */
export interface ContributorVisitor {
  /** A metric, its name being bytes `from` to `end`, has this many fresh series in one place. */
  metric(from: number, end: number, series: number): void;
  /** A list of attributes begins; `attribute` is told of each in it. */
  attributes(level: AttributeLevel, series: number): void;
  /** An attribute of the list, key and value as bytes on the wire. */
  attribute(keyFrom: number, keyEnd: number, valueFrom: number, valueEnd: number): void;
}

const FIELD_1 = messageTag(1);
const FIELD_2 = messageTag(2);
const KEY = messageTag(1);
const VALUE = messageTag(2);

/**
 * Tells of the metrics and attributes of those data points of a body that bring
 * a series for the first time: `fresh` has a 1 for each, in the order in which
 * `walkMetrics` told them. The body must be one that `walkMetrics` has read to
 * the end. What no fresh series carries is passed over, for it is known.
 */
export function walkContributors(body: Uint8Array, fresh: Uint8Array, visitor: ContributorVisitor): void {
  let next = 0;
  eachField(body, 0, body.length, FIELD_1, (from, end) => {
    let series = 0;
    eachField(body, from, end, FIELD_2, (scopeFrom, scopeEnd) => {
      let seriesOfScope = 0;
      eachField(body, scopeFrom, scopeEnd, FIELD_2, (metricFrom, metricEnd) => {
        const seriesOfMetric = walkMetric(metricFrom, metricEnd);
        if (seriesOfMetric === 0) return;
        seriesOfScope += seriesOfMetric;
        const name = findSingular(body, metricFrom, metricEnd, "metric name");
        const nameEnd = name < 0 ? 0 : readLength(body, name, metricEnd);
        visitor.metric(name < 0 ? 0 : cursor, nameEnd, seriesOfMetric);
      });
      tellSingular(scopeFrom, scopeEnd, SCOPE_ATTRIBUTES_FIELD, "scope", seriesOfScope);
      series += seriesOfScope;
    });
    tellSingular(from, end, 1, "resource", series);
  });

  /** Tells of the points of a metric; returns how many of them are fresh. */
  function walkMetric(from: number, end: number): number {
    let series = 0;
    let at = from;
    while (at < end) {
      const tag = readTag(body, at, end);
      const field = ATTRIBUTES_FIELD_BY_DATA_TAG.get(tag);
      if (field === undefined) {
        at = skipField(body, tag, cursor, end);
        continue;
      }
      const dataEnd = readLength(body, cursor, end);
      eachField(body, cursor, dataEnd, FIELD_1, (pointFrom, pointEnd) => {
        if (fresh[next++] !== 1) return;
        series++;
        tellAttributes(pointFrom, pointEnd, field, "point", 1);
      });
      at = dataEnd;
    }
    return series;
  }

  /** Tells of the attributes of the one resource or scope in the message at `from`..`end`. */
  function tellSingular(from: number, end: number, field: number, level: AttributeLevel, series: number): void {
    if (series === 0) return;
    const found = findSingular(body, from, end, level);
    if (found < 0) return;
    const foundEnd = readLength(body, found, end);
    tellAttributes(cursor, foundEnd, field, level, series);
  }

  function tellAttributes(from: number, end: number, field: number, level: AttributeLevel, series: number): void {
    visitor.attributes(level, series);
    eachField(body, from, end, messageTag(field), tellAttribute);
  }

  function tellAttribute(from: number, end: number): void {
    let keyFrom = from;
    let keyEnd = from;
    let valueFrom = from;
    let valueEnd = from;
    let at = from;
    while (at < end) {
      const tag = readTag(body, at, end);
      if (tag === KEY) {
        keyEnd = readLength(body, cursor, end);
        keyFrom = cursor;
        at = keyEnd;
      } else if (tag === VALUE) {
        valueEnd = readLength(body, cursor, end);
        valueFrom = cursor;
        at = valueEnd;
      } else {
        at = skipField(body, tag, cursor, end);
      }
    }
    visitor.attribute(keyFrom, keyEnd, valueFrom, valueEnd);
  }
}

/** Calls with the bounds of each field of a message that has this tag, in order. */
function eachField(
  bytes: Uint8Array,
  from: number,
  end: number,
  wanted: number,
  tell: (from: number, end: number) => void,
): void {
  let at = from;
  while (at < end) {
    const tag = readTag(bytes, at, end);
    if (tag === wanted) {
      const fieldEnd = readLength(bytes, cursor, end);
      tell(cursor, fieldEnd);
      at = fieldEnd;
    } else {
      at = skipField(bytes, tag, cursor, end);
    }
  }
}
