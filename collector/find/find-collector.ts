import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { CollectorBinary } from "../collector-binary.ts";
import { readManifest } from "../manifest.ts";
import { SUPPORTED_VERSIONS } from "../version.ts";
import { buildCollector } from "./build.ts";
import { cacheFolder, findCached } from "./cache.ts";
import { findInstalled } from "./installed.ts";
import { findNamed } from "./named.ts";
import { downloadRelease } from "./release.ts";
import type { Search, SearchResult } from "./search.ts";

/** How to look for a collector; without any option as the process's own environment says. */
export type FindOptions = {
  /** PATH, HOME and the PHOENIX_* settings. */
  env?: Record<string, string | undefined>;
  /** Takes the place of PHOENIX_CACHE_DIR, XDG_CACHE_HOME and ~/.cache. */
  cacheDir?: string;
  /** Takes lines for people: what is being done and, for the slow ways, for how long. */
  onProgress?: (line: string) => void;
  /** False leaves out the build, which can take minutes. */
  allowBuild?: boolean;
  /** Ends a download or a build early; nothing half done stays behind. */
  signal?: AbortSignal;
};

const notBuilt = async (): Promise<SearchResult> => ({ reason: "Building was not allowed here." });

/**
 * Finds a stock collector for this machine: PHOENIX_OTELCOL, PATH, Phoenix's cache, the official
 * release, a build with the OpenTelemetry Collector Builder, in this order. The binary was run and
 * contains what Phoenix needs. Throws COLLECTOR_UNAVAILABLE, which names the five ways and why each failed.
 */
export async function findCollector(options: FindOptions = {}): Promise<CollectorBinary> {
  const env = options.env ?? process.env;
  const search: Search = {
    env,
    cacheFolder: cacheFolder(env, options.cacheDir),
    manifest: await readManifest(),
    onProgress: options.onProgress ?? (() => undefined),
    signal: options.signal,
  };
  const ways: [name: string, find: (search: Search) => Promise<SearchResult>][] = [
    ["PHOENIX_OTELCOL", findNamed],
    ["otelcol-contrib or otelcol on PATH", findInstalled],
    ["Phoenix's cache", findCached],
    ["official release", downloadRelease],
    ["build with Go", options.allowBuild === false ? notBuilt : buildCollector],
  ];
  const reasons: string[] = [];
  for (const [name, find] of ways) {
    const result = await find(search);
    if ("path" in result) return result;
    reasons.push(`  ${reasons.length + 1}. ${name}: ${result.reason}`);
    if (name === "official release") search.onProgress(`No official release: ${result.reason}`);
  }
  const { oldest, newest } = SUPPORTED_VERSIONS;
  throw phoenixError(
    ErrorReason.COLLECTOR_UNAVAILABLE,
    `There is no OpenTelemetry Collector on this machine and none could be had. What was tried, in order:\n${reasons.join("\n")}\n` +
      `Any one of these helps: name a collector (${oldest} to ${newest}) in PHOENIX_OTELCOL, put otelcol-contrib on PATH, ` +
      "copy a cache from another machine, allow access to GitHub releases, or install Go.",
  );
}
