import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../ask/index.ts";
import { takeBuildLock } from "./build-lock.ts";
import { builtPath, findCached, putInCache } from "./cache.ts";
import { checkBinary } from "./check-binary.ts";
import { findOnPath } from "./on-path.ts";
import type { Search, SearchResult } from "./search.ts";

const installLimitMs = 10 * 60_000;
const buildLimitMs = 30 * 60_000;
const progressEveryMs = 10_000;

/**
 * Builds the collector of the manifest with the OpenTelemetry Collector Builder of the same version
 * (a newer builder raises core modules silently and the build breaks). Takes two to five minutes
 * on two cores; two processes that want it build once.
 */
export async function buildCollector(search: Search): Promise<SearchResult> {
  const { env, manifest, onProgress, signal } = search;
  const go = await findOnPath(process.platform === "win32" ? "go.exe" : "go", env);
  if (!go) return { reason: "Go is not on PATH, so the collector cannot be built." };
  const path = builtPath(search.cacheFolder, manifest);
  const lock = await takeBuildLock(`${search.cacheFolder}/${manifest.cacheKey}.lock`, {
    onWait: () => onProgress("Waiting for another process that builds the same collector"),
    signal,
  });
  try {
    const meanwhile = await findCached(search);
    if ("path" in meanwhile) return meanwhile;
    return await buildInto(path, go, search);
  } finally {
    await lock.release();
  }
}

async function buildInto(path: string, go: string, search: Search): Promise<SearchResult> {
  const { manifest, signal } = search;
  // A go.work somewhere above the cache would claim the generated module and refuse to build it.
  const env = { ...search.env, GOWORK: "off" };
  const folder = await mkdtemp(join(search.cacheFolder, "build-"));
  const progress = showProgress(search.onProgress);
  try {
    progress.say(`Building collector ${manifest.version}: getting the builder`);
    const builderModule = `go.opentelemetry.io/collector/cmd/builder@v${manifest.version}`;
    const installed = await runProgram(go, ["install", builderModule], {
      env: { ...env, GOBIN: folder },
      cwd: folder,
      timeoutMs: installLimitMs,
      signal,
    });
    if (installed.exitCode !== 0)
      return { reason: `go install ${builderModule} failed: ${lastLines(installed.stderr)}` };
    progress.say("Getting the collector's modules and compiling (minutes, the first time)");
    await writeFile(join(folder, "builder.yaml"), manifest.text);
    const built = await runProgram(join(folder, "builder"), ["--config", "builder.yaml"], {
      env,
      cwd: folder,
      timeoutMs: buildLimitMs,
      signal,
      onLine: (line) => {
        const step = /\t(Getting go modules|Compiling)\b/.exec(line)?.[1];
        if (step) progress.say(step);
      },
    });
    if (built.exitCode !== 0)
      return { reason: `The collector builder failed: ${lastLines(built.stderr || built.stdout)}` };
    const binary = join(folder, "build", manifest.binaryName);
    const check = await checkBinary(binary);
    if ("unusable" in check) return { reason: `The built collector ${check.unusable}.` };
    await putInCache(binary, path);
    progress.say("Built");
    return { path, version: check.version, source: "built" };
  } catch (error) {
    signal?.throwIfAborted();
    return { reason: `The build could not be done: ${error instanceof Error ? error.message : String(error)}.` };
  } finally {
    progress.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function showProgress(onProgress: (line: string) => void): { say(line: string): void; stop(): void } {
  const startMs = performance.now();
  let current = "";
  const show = () => onProgress(`${current} (${Math.round((performance.now() - startMs) / 1000)} s)`);
  const timer = setInterval(show, progressEveryMs);
  timer.unref();
  return {
    say(line) {
      current = line;
      show();
    },
    stop: () => clearInterval(timer),
  };
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-4).join(" | ").slice(-1_000);
}
