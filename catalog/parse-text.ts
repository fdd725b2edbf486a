import { type Document, isAlias, isCollection, isScalar, LineCounter, parseDocument, visit } from "yaml";

/** Something that keeps a text from being YAML: what kind of thing, where (from 1), and in words. */
export type TextProblem = {
  kind: "yaml" | "duplicate-key" | "tab-indent" | "several-documents";
  line: number;
  column: number;
  message: string;
};

/** A YAML text taken apart. */
export type ParsedText = {
  document: Document.Parsed;
  problems: TextProblem[];
  /** Line and column, from 1, of an offset into the text. */
  place(offset: number): { line: number; column: number };
};

const kinds: Partial<Record<string, TextProblem["kind"]>> = {
  TAB_AS_INDENT: "tab-indent",
  MULTIPLE_DOCS: "several-documents",
};

/**
 * Takes a YAML text apart. With `types: false` every scalar stays text in the spelling it has.
 * Never throws; a key that occurs twice in a mapping and an alias of nothing are problems.
 */
export function parseText(text: string, { types = true } = {}): ParsedText {
  const lineCounter = new LineCounter();
  // The parser's own look for repeated keys takes time by the square of their number, which a megabyte turns into minutes.
  const options = { lineCounter, prettyErrors: false, uniqueKeys: false, logLevel: "error" } as const;
  const document = parseDocument(text, types ? { ...options, merge: true } : { ...options, schema: "failsafe" });
  const place = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const openings = findOpenings(document);
  const problems = document.errors.map(({ code, pos, message }): TextProblem => {
    const begun = unclosed.test(message) ? openings.get(pos[0])?.pop() : undefined;
    const words = begun === undefined ? message : `${message}, which is missing at line ${place(pos[0]).line}`;
    return { kind: kinds[code] ?? "yaml", ...place(begun ?? pos[0]), message: words };
  });
  if (problems.length === 0) {
    for (const { kind, offset, message } of misuses(document)) problems.push({ kind, ...place(offset), message });
  }
  return { document, problems, place };
}

/** What the parser says of a quote, a brace or a bracket that is not closed; its place is where it gave up. */
const unclosed = /^Missing closing ['"]quote|must (?:be sufficiently indented and )?end with a [}\]]/;

/** Where quotes, braces and brackets begin, by the offset at which they end, the innermost last; looked for only when one is not closed. */
function findOpenings(document: Document.Parsed): Map<number, number[]> {
  const openings = new Map<number, number[]>();
  if (!document.errors.some(({ message }) => unclosed.test(message))) return openings;
  visit(document, {
    Node(_key, node) {
      const opens = isCollection(node) ? node.flow : isScalar(node) && node.type?.startsWith("QUOTE");
      if (!opens || !node.range) return;
      const [begin, end] = node.range;
      const known = openings.get(end);
      if (known) known.push(begin);
      else openings.set(end, [begin]);
    },
  });
  return openings;
}

type Misuse = Pick<TextProblem, "kind" | "message"> & { offset: number };

/** Keys that their mapping has already, compared as text, as which they are read in the end; aliases of nothing. */
function misuses(document: Document.Parsed): Misuse[] {
  const found: Misuse[] = [];
  const anchors = new Set<string>();
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        if (anchors.has(node.source)) return;
        const message = `There is no anchor &${node.source} before this alias of it`;
        found.push({ kind: "yaml", offset: node.range?.[0] ?? 0, message });
      } else if (node.anchor) anchors.add(node.anchor);
    },
    Map(_key, map) {
      if (map.anchor) anchors.add(map.anchor);
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const offset = key.range?.[0] ?? 0;
        if (seen.has(String(key.value)))
          found.push({ kind: "duplicate-key", offset, message: "Map keys must be unique" });
        seen.add(String(key.value));
      }
    },
  });
  return found;
}
