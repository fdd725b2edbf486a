import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

/** What the builder manifest asks for: which collector Phoenix builds when it has to. */
export type BuilderManifest = {
  /** The file's text. */
  text: string;
  /** Version of the collector and of the builder that must build it, "0.160.0". */
  version: string;
  /** File name of the binary, "otelcol-phoenix". */
  binaryName: string;
  /** Name of its place in the cache: the version and the first 12 digits of the text's SHA-256. */
  cacheKey: string;
};

/** Where the manifest lies in a checkout. */
const manifestPath = fileURLToPath(new URL("../deploy/collector/builder.yaml", import.meta.url));

/** Reads the builder manifest; an Error when it is missing or names no version. */
export async function readManifest(path = manifestPath): Promise<BuilderManifest> {
  const text = await readFile(path, "utf8");
  const dist: unknown = (parse(text) as Record<string, unknown> | null)?.dist;
  const { name, version } = (dist ?? {}) as { name?: unknown; version?: unknown };
  if (typeof name !== "string" || typeof version !== "string")
    throw new Error(`${path} has no dist.name and dist.version`);
  const digest = createHash("sha256").update(text).digest("hex");
  return { text, version, binaryName: name, cacheKey: `${version}-${digest.slice(0, 12)}` };
}
