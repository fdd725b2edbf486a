import { type ComponentList, listComponents, readVersion } from "../ask/index.ts";
import { isSupportedVersion, SUPPORTED_VERSIONS } from "../version.ts";

/** Component types that Phoenix's own pipelines and what rendering adds to them need. */
export const requiredComponents = {
  receivers: ["host_metrics"],
  processors: ["batch", "filter", "groupbyattrs", "memory_limiter", "resource", "transform"],
  exporters: ["otlp_http", "prometheus_remote_write"],
  extensions: ["health_check"],
} as const;

/** A usable binary with its version, or the reason, as the end of a sentence about it, why it is not. */
export type BinaryCheck = { version: string } | { unusable: string };

/** Asks a binary for its version and components and says whether Phoenix can use it. */
export async function checkBinary(path: string): Promise<BinaryCheck> {
  try {
    const version = await readVersion(path);
    if (!isSupportedVersion(version)) {
      const { oldest, newest } = SUPPORTED_VERSIONS;
      return { unusable: `is version ${version}; Phoenix works with ${oldest} to ${newest}` };
    }
    const missing = missingComponents(await listComponents({ path }));
    return missing.length === 0 ? { version } : { unusable: `is version ${version} without ${missing.join(", ")}` };
  } catch (error) {
    // Whatever keeps a file from answering (not there, not executable, not a collector) is the answer sought.
    return { unusable: error instanceof Error ? error.message : String(error) };
  }
}

/** Names the required components that a list lacks, as "processors/transform". */
function missingComponents(list: ComponentList): string[] {
  return Object.entries(requiredComponents).flatMap(([kind, types]) =>
    types
      .filter((type) => !list[kind as keyof typeof requiredComponents].includes(type))
      .map((type) => `${kind}/${type}`),
  );
}
