import type { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";

/** A collector as it is wanted. */
export type CollectorSpec = {
  /** Its name on this host: "<experiment id>.<variant>" or "active". */
  collectorId: string;
  /** SHA-256 of its configuration, lower-case hex. */
  configDigest: string;
  /** Name of the pipeline, for people. */
  pipeline: string;
  /** The arm it is, or "active". */
  variant: string;
  /** The experiment it belongs to; empty outside one. */
  experimentId: string;
  /** Ceiling of its memory limiter in MiB; 0 takes the default. */
  memoryLimitMib: number;
  /** Length of the windows its scrapes are aligned to; 0 when nothing is measured. */
  windowMs: number;
  /** Time between two scrapes; 0 keeps the configuration's own. */
  scrapeIntervalMs: number;
  /** Where it delivers to; the exporter appends /v1/metrics. Carries a secret. */
  tapUrl: string;
  /** Names of processes that it has to go on reporting. */
  mustKeep: string[];
};

/** A collector as it is. */
export type CollectorSnapshot = {
  spec: CollectorSpec;
  state: CollectorState;
  /** 0 when it does not run. */
  pid: number;
  /** Start time of the process in clock ticks since boot; 0 when it does not run. */
  startTicks: number;
  /** When the process was started, in milliseconds since the epoch; 0 before the first start. */
  startedAtMs: number;
  /** Starts since it was applied, the first not counted. */
  restarts: number;
  /** Its last words when it ended or was refused; empty when it never did. */
  lastError: string;
  healthPort: number;
  metricsPort: number;
  /** Somebody changed the configuration on disk; the process may not have read it yet. */
  edited: boolean;
  /** Where a filter stands that moves; empty for one that stands still. */
  dynamicDetail: string;
};

/** What came of applying a spec: what rules only warn of, a line each; `retryable` when the same again may succeed. */
export type ApplyResult =
  | { ok: true; snapshot: CollectorSnapshot; remarks: string[] }
  | { ok: false; words: string; retryable: boolean };

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const digestPattern = /^[0-9a-f]{64}$/;

/** True for an id that may name a collector, and a folder. */
export function isCollectorId(id: string): boolean {
  return idPattern.test(id);
}

/** What is wrong with a spec, undefined when nothing is. */
export function findFault(spec: CollectorSpec): string | undefined {
  if (!isCollectorId(spec.collectorId)) return `"${spec.collectorId.slice(0, 140)}" cannot name a collector`;
  if (!digestPattern.test(spec.configDigest)) return "the configuration digest is not a SHA-256 in lower-case hex";
  if (!isCount(spec.memoryLimitMib, 65_536)) return "the memory limit is not a whole number of MiB from 0 to 65536";
  if (!isCount(spec.windowMs, 86_400_000)) return "the window is not a whole number of milliseconds up to a day";
  if (!isCount(spec.scrapeIntervalMs, 86_400_000))
    return "the scrape interval is not a whole number of milliseconds up to a day";
  return isLoopbackUrl(spec.tapUrl) ? undefined : "the tap address is not an http address on 127.0.0.1";
}

/** True when a process started for one spec serves the other as well. */
export function needsSameProcess(one: CollectorSpec, other: CollectorSpec): boolean {
  return (
    one.configDigest === other.configDigest &&
    one.variant === other.variant &&
    one.memoryLimitMib === other.memoryLimitMib &&
    one.windowMs === other.windowMs &&
    one.scrapeIntervalMs === other.scrapeIntervalMs &&
    one.tapUrl === other.tapUrl
  );
}

function isCount(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}

function isLoopbackUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.protocol === "http:" && url.hostname === "127.0.0.1" && url.username === "";
}
