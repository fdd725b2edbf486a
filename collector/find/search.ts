import type { CollectorBinary } from "../collector-binary.ts";
import type { BuilderManifest } from "../manifest.ts";

/** What every way of finding a collector is given. */
export type Search = {
  env: Record<string, string | undefined>;
  /** Folder of Phoenix's collectors, `<cache>/phoenix/otelcol`. */
  cacheFolder: string;
  manifest: BuilderManifest;
  /** Takes a line for people about what goes on. */
  onProgress: (line: string) => void;
  signal: AbortSignal | undefined;
};

/** A collector, or the reason, as a sentence, why this way gave none. */
export type SearchResult = CollectorBinary | { reason: string };
