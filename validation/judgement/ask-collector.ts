import { type DocumentPath, formatPath, type LocatedDocument } from "@phoenix/catalog";
import type { CollectorBinary } from "@phoenix/collector";
import type { Finding } from "../finding.ts";
import { checkComponents } from "./check-components.ts";
import { judgeConfig } from "./judge-config.ts";

/**
 * Asks the collector about a configuration, first whether it has the components at all; its refusal is one finding in its own words, at the place
 * they name. `document` is what the person wrote, which for a pipeline is not the configuration asked about.
 */
export async function askCollector(
  collector: CollectorBinary,
  config: string,
  document: LocatedDocument,
): Promise<Finding[]> {
  const unknown = await checkComponents(collector, document);
  if (unknown.length > 0) return unknown;
  const judgement = await judgeConfig(collector, config);
  if (judgement.ok) return [];
  const at = existingPath(placeInWords(judgement.words), document.value);
  return [
    {
      severity: "error",
      rule: "collector",
      path: formatPath(at),
      ...(at.length > 0 ? document.locate(at) : { line: 0, column: 0 }),
      message: judgement.words,
      suggestion: `These are the words of collector ${collector.version}.`,
    },
  ];
}

/**
 * Reads the place from words such as `processors::filter/low: ...`, `'processors' unknown type: "x" for id: "x/y"`
 * or `failed to create "x/y" exporter`.
 */
export function placeInWords(words: string): string[] {
  const created =
    /failed to create "(?<id>[^"]+)" (?<kind>receiver|processor|exporter|connector)\b/.exec(words) ??
    /failed to create (?<kind>extension) "(?<id>[^"]+)"/.exec(words);
  if (created?.groups) return [`${created.groups.kind}s`, created.groups.id ?? ""];
  const keyed = /^((?:[A-Za-z0-9_/.-]+::)+[A-Za-z0-9_/.-]+)/m.exec(words)?.[1];
  if (keyed) return keyed.split("::");
  const quoted = /^'([^']+)'/m.exec(words)?.[1];
  if (!quoted) return [];
  const id = /for id: "([^"]+)"/.exec(words)?.[1];
  return [...quoted.split("::"), ...(id ? [id] : [])];
}

function existingPath(place: string[], root: unknown): DocumentPath {
  // A pipeline file has its routes at the top; the configuration made of it has them under service.
  const isFile = typeof root === "object" && root !== null && !("service" in root);
  const path = isFile && place[0] === "service" ? place.slice(1) : place;
  const found: string[] = [];
  let value = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !(step in value)) break;
    value = (value as Record<string, unknown>)[step];
    found.push(step);
  }
  return found;
}
