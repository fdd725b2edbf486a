import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../ask/index.ts";
import { putInCache, releasePath } from "./cache.ts";
import { checkBinary } from "./check-binary.ts";
import { downloadText, openDownload, saveDownload } from "./download.ts";
import type { Search, SearchResult } from "./search.ts";

const officialReleases = "https://github.com/open-telemetry/opentelemetry-collector-releases/releases/download";
const architectures: Record<string, string> = {
  x64: "amd64",
  arm64: "arm64",
  ppc64: "ppc64le",
  s390x: "s390x",
  ia32: "386",
};

/** File name of the official release for a platform, or undefined where the project publishes none. Source: the project's GoReleaser file. */
export function releaseArtifact(version: string, platform: string, arch: string): string | undefined {
  const architecture = architectures[arch];
  if (!architecture || (platform !== "linux" && platform !== "darwin")) return undefined;
  return `otelcol-contrib_${version}_${platform}_${architecture}.tar.gz`;
}

/**
 * Downloads the official release for this platform and checks it against the checksum file published
 * beside it (`<artifact>.sha256`). PHOENIX_OFFLINE=1 skips it, PHOENIX_OTELCOL_MIRROR names another
 * place with the same layout. No answer within five seconds counts as no network.
 */
export async function downloadRelease(search: Search): Promise<SearchResult> {
  const { env, manifest, onProgress } = search;
  if (env.PHOENIX_OFFLINE === "1") return { reason: "Downloading is off (PHOENIX_OFFLINE=1)." };
  const artifact = releaseArtifact(manifest.version, process.platform, process.arch);
  if (!artifact) return { reason: `The project publishes no release for ${process.platform}/${process.arch}.` };
  const url = `${env.PHOENIX_OTELCOL_MIRROR || officialReleases}/v${manifest.version}/${artifact}`;
  await mkdir(search.cacheFolder, { recursive: true });
  const folder = await mkdtemp(join(search.cacheFolder, "download-"));
  try {
    onProgress(`Looking for the official collector release ${manifest.version}`);
    const expected = readChecksum(await downloadText(`${url}.sha256`, search.signal));
    if (!expected) return { reason: `${url}.sha256 does not hold a SHA-256 checksum.` };
    const archive = join(folder, artifact);
    const download = await openDownload(url, search.signal);
    const mebibytes = Math.round(download.bytes / 2 ** 20);
    const actual = await saveDownload(download, archive, (percent) =>
      onProgress(`Downloading the collector: ${percent} % of ${mebibytes} MiB`),
    );
    if (actual !== expected)
      return {
        reason: `${url} does not match its checksum (expected ${expected}, got ${actual}); it was thrown away.`,
      };
    const unpacked = await runProgram("tar", ["-xzf", archive, "-C", folder, "otelcol-contrib"], {
      env,
      timeoutMs: 120_000,
      signal: search.signal,
    });
    if (unpacked.exitCode !== 0) return { reason: `${artifact} could not be unpacked: ${unpacked.stderr.trim()}` };
    const binary = join(folder, "otelcol-contrib");
    await chmod(binary, 0o755);
    const check = await checkBinary(binary);
    if ("unusable" in check) return { reason: `The official release ${check.unusable}.` };
    const path = releasePath(search.cacheFolder, manifest);
    await putInCache(binary, path);
    return { path, version: check.version, source: "release" };
  } catch (error) {
    search.signal?.throwIfAborted();
    return { reason: `${url} could not be downloaded: ${describe(error)}.` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads a checksum file, "<64 hex digits>" with or without a file name behind it. */
export function readChecksum(text: string): string | undefined {
  return /^([0-9a-f]{64})(?:\s|$)/i.exec(text.trim())?.[1]?.toLowerCase();
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause.message : "";
  return cause && cause !== error.message ? `${error.message} (${cause})` : error.message;
}
