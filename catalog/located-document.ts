import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import { parseText, type TextProblem } from "./parse-text.ts";

/** A path of keys and list positions into a document. */
export type DocumentPath = readonly (string | number)[];

/** A YAML document that still knows where everything in it was written. */
export type LocatedDocument = {
  /** Its content; undefined when it is not YAML. */
  value: unknown;
  /** What the YAML parser complains about. */
  problems: TextProblem[];
  /** Line and column, from 1, of what a path leads to, or of the nearest thing above it that exists. */
  locate(path: DocumentPath): { line: number; column: number };
};

/** Writes a path as people do: `pipelines.metrics/process.processors[0]`. */
export function formatPath(path: DocumentPath): string {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`)).join("");
}

/**
 * Parses YAML text and keeps the places; duplicate keys, more than 100 aliases and merge keys that merge nothing
 * are problems, not surprises.
 */
export function readDocument(text: string): LocatedDocument {
  const { document, problems: found, place } = parseText(text);
  const problems = [...found];
  let value: unknown;
  if (problems.length === 0) {
    try {
      value = document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      // The parser counts aliases only while it resolves them, and says so by throwing.
      const message = error instanceof Error ? error.message : String(error);
      problems.push({ kind: "yaml", line: 1, column: 1, message });
    }
  }
  const pairs = new WeakMap<YAMLMap, Map<string, Pair>>();
  const pairOf = (map: YAMLMap, key: string) => {
    // A file of many keys may have something wrong with each of them.
    const known =
      pairs.get(map) ?? new Map(map.items.map((item) => [isScalar(item.key) ? String(item.key.value) : "", item]));
    pairs.set(map, known);
    return known.get(key);
  };
  return { value, problems, locate: (path) => place(offsetOf(document.contents, path, pairOf)) };
}

type PairOf = (map: YAMLMap, key: string) => Pair | undefined;

function offsetOf(root: Node | null, path: DocumentPath, pairOf: PairOf): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = pairOf(node, String(step));
      if (!pair || !isScalar(pair.key)) break;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === "number") {
      node = node.items[step];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
