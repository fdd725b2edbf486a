import { mkdir, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { BuilderManifest } from "../manifest.ts";
import { checkBinary } from "./check-binary.ts";
import { isExecutableFile } from "./on-path.ts";
import type { Search, SearchResult } from "./search.ts";

/** Folder of Phoenix's collectors: `phoenix/otelcol` under PHOENIX_CACHE_DIR, else XDG_CACHE_HOME, else ~/.cache. */
export function cacheFolder(env: Record<string, string | undefined>, cacheDir?: string): string {
  const root = cacheDir ?? (env.PHOENIX_CACHE_DIR || env.XDG_CACHE_HOME || join(env.HOME || homedir(), ".cache"));
  return join(root, "phoenix", "otelcol");
}

/** Where a collector built from this manifest is kept. */
export function builtPath(folder: string, manifest: BuilderManifest): string {
  return join(folder, manifest.cacheKey, manifest.binaryName);
}

/** Where the downloaded official release of the manifest's version is kept. */
export function releasePath(folder: string, manifest: BuilderManifest): string {
  return join(folder, `${manifest.version}-release`, "otelcol-contrib");
}

/** A collector that an earlier search built or downloaded. */
export async function findCached(search: Search): Promise<SearchResult> {
  const reasons: string[] = [];
  for (const path of [
    builtPath(search.cacheFolder, search.manifest),
    releasePath(search.cacheFolder, search.manifest),
  ]) {
    if (!(await isExecutableFile(path))) continue;
    const check = await checkBinary(path);
    if ("version" in check) return { path, version: check.version, source: "cache" };
    reasons.push(`${path} ${check.unusable}; remove it.`);
  }
  return { reason: reasons.join(" ") || `${search.cacheFolder} holds no collector for this version of Phoenix.` };
}

/** Puts a finished binary in its place in one step, so that nobody ever sees half of one. */
export async function putInCache(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to);
}
