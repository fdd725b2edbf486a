import type { MeasuredWindow } from "./panel.ts";

/** Names of the measured effects. */
export type KpiName =
  | "active-series"
  | "data-points"
  | "otlp-bytes"
  | "metric-names"
  | "collector-cpu"
  | "collector-rss";

/**
 * How one effect is read from a window. Ratios are taken of small natural
 * counts, so that the half added to each (see log-ratios) is half of one unit
 * and never more than noise: events for counts, milliseconds for CPU, KiB for
 * memory.
 */
export interface Kpi {
  readonly name: KpiName;
  /** Noun for sentences. */
  readonly title: string;
  /** Amount in the window, in the unit that half of one is added to. */
  countOf(window: MeasuredWindow): number;
  /** Turns a mean count per window into the unit people read: a count, a rate a second, a share of a core, bytes. */
  shown(count: number, windowMs: number): number;
}

const asCounted = (count: number): number => count;
const perSecond = (count: number, windowMs: number): number => (count * 1000) / windowMs;

/** Every effect measured, by name. */
export const kpis: Readonly<Record<KpiName, Kpi>> = {
  "active-series": {
    name: "active-series",
    title: "series",
    countOf: (window) => window.activeSeries,
    shown: asCounted,
  },
  "data-points": {
    name: "data-points",
    title: "data points",
    countOf: (window) => window.dataPoints,
    shown: perSecond,
  },
  "otlp-bytes": {
    name: "otlp-bytes",
    title: "bytes",
    countOf: (window) => window.otlpBytes,
    shown: perSecond,
  },
  "metric-names": {
    name: "metric-names",
    title: "metric names",
    countOf: (window) => window.metricNames,
    shown: asCounted,
  },
  "collector-cpu": {
    name: "collector-cpu",
    title: "CPU",
    countOf: (window) => window.cpuSeconds * 1000,
    shown: (count, windowMs) => count / windowMs,
  },
  "collector-rss": {
    name: "collector-rss",
    title: "memory",
    countOf: (window) => window.rssBytes / 1024,
    shown: (count) => count * 1024,
  },
};

/** The effect a promotion is about. */
export const primaryKpi: KpiName = "active-series";

/** Effects that must not get worse. */
export const guardrailKpis: readonly KpiName[] = ["collector-cpu", "collector-rss"];
