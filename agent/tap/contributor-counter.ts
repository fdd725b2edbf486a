import { type AttributeLevel, type ContributorVisitor, walkContributors } from "./contributor-walker.ts";
import { hashBytes, lane1, lane2 } from "./identity-hash.ts";
import { type ValueBudget, ValueCount } from "./value-count.ts";

/** One metric, or one attribute. */
export interface TapContributor {
  /** Name of the metric or key of the attribute, that of a resource or scope with its prefix; at most 512 characters. */
  readonly name: string;
  /** Distinct series that have it. */
  readonly series: number;
  /** Distinct values of the attribute; 0 for a metric. */
  readonly distinctValues: number;
}

/** Where the series of a window come from. */
export interface TapContributors {
  /** Metrics with the most series, most first, at most 20. */
  readonly metrics: readonly TapContributor[];
  /** Attributes with the most distinct values, then those on the most series, most first, at most 20. */
  readonly attributes: readonly TapContributor[];
  /** What is not exact here, in one line; empty when everything is. */
  readonly caveat: string;
}

/** Counts, over the bodies of one window, which metrics and attributes its series come from. */
export interface ContributorCounter {
  /** Adds a body that was read whole; `fresh` has a 1 for each of its points that brought a new series. */
  add(body: Uint8Array, fresh: Uint8Array): void;
  /** What was counted. */
  read(): TapContributors;
}

/** Bounds of what one counter holds: names are fed from outside. */
export interface ContributorLimits {
  /** Metric names told apart. Default 2,048. */
  readonly metrics?: number;
  /** Attribute keys told apart, 16 KiB each. Default 512. */
  readonly attributes?: number;
  /** Attribute values held exactly, of all keys together, up to 32 bytes each. Default 131,072. */
  readonly values?: number;
}

interface Counted {
  readonly name: string;
  series: number;
}

interface CountedAttribute extends Counted {
  readonly values: ValueCount;
  /** The last list of attributes in which it was met: a key that stands twice is on one series all the same. */
  lastList: number;
}

const MOST = 20;
const LONGEST_NAME = 512;
const decoder = new TextDecoder();
/** Seeds of the hash of a key, so that the same key in another place is another one. */
const SEED: Record<AttributeLevel, number> = { resource: 11, scope: 12, point: 13 };
const PREFIX: Record<AttributeLevel, string> = { resource: "resource.", scope: "scope.", point: "" };

/** A counter for one window. Holds at most about 16 MiB with the default limits. */
export function createContributorCounter(limits: ContributorLimits = {}): ContributorCounter {
  const { metrics: mostMetrics = 2_048, attributes: mostAttributes = 512, values = 131_072 } = limits;
  const budget: ValueBudget = { left: values };
  const metrics = new Map<number, Counted>();
  const attributes = new Map<number, CountedAttribute>();
  let body = new Uint8Array();
  let level: AttributeLevel = "point";
  let series = 0;
  let list = 0;
  let metricsLeftOut = false;
  let attributesLeftOut = false;

  const visitor: ContributorVisitor = {
    metric(from, end, seriesOfMetric) {
      const key = keyOf(body, from, end, 3);
      let metric = metrics.get(key);
      if (metric === undefined) {
        if (metrics.size >= mostMetrics) {
          metricsLeftOut = true;
          return;
        }
        metric = { name: nameOf("", body, from, end), series: 0 };
        metrics.set(key, metric);
      }
      metric.series += seriesOfMetric;
    },
    attributes(levelOfList, seriesOfList) {
      level = levelOfList;
      series = seriesOfList;
      list++;
    },
    attribute(keyFrom, keyEnd, valueFrom, valueEnd) {
      const key = keyOf(body, keyFrom, keyEnd, SEED[level]);
      let attribute = attributes.get(key);
      if (attribute === undefined) {
        if (attributes.size >= mostAttributes) {
          attributesLeftOut = true;
          return;
        }
        const name = nameOf(PREFIX[level], body, keyFrom, keyEnd);
        attribute = { name, series: 0, values: new ValueCount(budget), lastList: 0 };
        attributes.set(key, attribute);
      }
      if (attribute.lastList !== list) attribute.series += series;
      attribute.lastList = list;
      hashBytes(body, valueFrom, valueEnd, 7, 8);
      attribute.values.add(lane1, lane2);
    },
  };

  return {
    add(added, fresh) {
      body = added as Uint8Array<ArrayBuffer>;
      walkContributors(added, fresh, visitor);
      body = new Uint8Array();
    },
    read() {
      const estimated = [...attributes.values()].filter(({ values }) => !values.isExact);
      const caveats = [
        estimated.length > 0 && `attribute keys whose values are estimated, to about 1 %: ${estimated.length}`,
        metricsLeftOut && `metric names beyond ${mostMetrics} are left out`,
        attributesLeftOut && `attribute keys beyond ${mostAttributes} are left out`,
      ];
      return {
        metrics: mostFirst([...metrics.values()].map(({ name, series }) => ({ name, series, distinctValues: 0 }))),
        attributes: mostFirst(
          [...attributes.values()].map(({ name, series, values }) => ({
            name,
            series,
            distinctValues: values.distinct,
          })),
        ),
        caveat: caveats.filter((caveat) => caveat !== false).join("; "),
      };
    },
  };
}

/** 53 of the 64 bits of the hash, the most a number holds exactly. */
function keyOf(bytes: Uint8Array, from: number, end: number, seed: number): number {
  hashBytes(bytes, from, end, seed, seed);
  return (lane1 >>> 0) * 0x200000 + (lane2 >>> 11);
}

function nameOf(prefix: string, bytes: Uint8Array, from: number, end: number): string {
  // A character is at most four bytes, so what is cut off here would not fit anyway.
  const text = decoder.decode(bytes.subarray(from, Math.min(end, from + LONGEST_NAME * 4)));
  return (prefix + text).slice(0, LONGEST_NAME).toWellFormed();
}

function mostFirst(all: TapContributor[]): TapContributor[] {
  return all
    .sort((a, b) => b.distinctValues - a.distinctValues || b.series - a.series || (a.name < b.name ? -1 : 1))
    .slice(0, MOST);
}
