import { resolve } from "node:path";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { checkBinary } from "./check-binary.ts";
import type { Search, SearchResult } from "./search.ts";

/**
 * The binary that PHOENIX_OTELCOL names. Someone who names one wants that one:
 * when it is unusable that is an error (COLLECTOR_UNAVAILABLE), never another way.
 */
export async function findNamed(search: Search): Promise<SearchResult> {
  const named = search.env.PHOENIX_OTELCOL;
  if (!named) return { reason: "PHOENIX_OTELCOL is not set." };
  const path = resolve(named);
  const check = await checkBinary(path);
  if ("unusable" in check) {
    throw phoenixError(
      ErrorReason.COLLECTOR_UNAVAILABLE,
      `PHOENIX_OTELCOL names ${path}, which ${check.unusable}. Name a usable collector, or unset it to let Phoenix look for one.`,
    );
  }
  return { path, version: check.version, source: "env" };
}
