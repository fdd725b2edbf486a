import { checkBinary } from "./check-binary.ts";
import { findOnPath } from "./on-path.ts";
import type { Search, SearchResult } from "./search.ts";

/** `otelcol-contrib`, then `otelcol`, on PATH; one that Phoenix cannot use is passed over with its reason. */
export async function findInstalled(search: Search): Promise<SearchResult> {
  const reasons: string[] = [];
  for (const name of ["otelcol-contrib", "otelcol"]) {
    const path = await findOnPath(name, search.env);
    if (!path) continue;
    const check = await checkBinary(path);
    if ("version" in check) return { path, version: check.version, source: "path" };
    reasons.push(`${path} ${check.unusable}.`);
  }
  return { reason: reasons.join(" ") || "Neither otelcol-contrib nor otelcol is on PATH." };
}
