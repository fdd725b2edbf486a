import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  Scalar,
  stringify,
  visit,
  YAMLMap,
  YAMLSeq,
} from "yaml";

/** A value that a form can show: a text, texts, rows of texts; "other" is something only YAML shows. */
export type SettingValue =
  | { readonly kind: "none" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "texts"; readonly texts: readonly string[] }
  | { readonly kind: "rows"; readonly rows: readonly Row[] }
  | { readonly kind: "mapping" }
  | { readonly kind: "other" };

/** Settings as they can be read and changed by path; undefined where the text is no mapping. */
export function readSettings(text: string): Document | undefined {
  // Every scalar as it is spelt: a form that changes one setting leaves the others alone.
  const document = parseDocument(text, { schema: "failsafe", keepSourceTokens: false });
  if (document.errors.length > 0) return undefined;
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === "")) {
    document.contents = new YAMLMap() as unknown as typeof document.contents;
    return document;
  }
  return isMap(contents) ? document : undefined;
}

/** The value at a path. */
export function settingAt(document: Document, path: readonly string[]): SettingValue {
  if (!document.hasIn(path)) return { kind: "none" };
  const node = document.getIn(path, true);
  if (isScalar(node)) return { kind: "text", text: String(node.value) };
  if (isMap(node)) return { kind: "mapping" };
  if (!isSeq(node)) return node === null || node === undefined ? { kind: "text", text: "" } : { kind: "other" };
  if (node.items.length > 0 && node.items.every(isMap)) {
    const rows: Row[] = [];
    for (const item of node.items) {
      const row = isMap(item) ? rowOf(item as YAMLMap) : undefined;
      if (row) rows.push(row);
    }
    return rows.length < node.items.length ? { kind: "other" } : { kind: "rows", rows };
  }
  if (!node.items.every(isScalar)) return { kind: "other" };
  return { kind: "texts", texts: node.items.map((item) => String((item as Scalar).value)) };
}

type Row = Readonly<Record<string, string>>;

/** What a form writes: a text, texts, rows; an empty mapping for what is on by being there. */
export type NewValue = string | readonly string[] | readonly Row[] | Readonly<Record<string, never>>;

/** Settings with another value at a path; undefined takes it out, with mappings that have nothing left. */
export function withSetting(
  text: string,
  path: readonly string[],
  value: NewValue | undefined,
  spelling: "text" | "plain" = "text",
): string {
  const document = readSettings(text);
  if (document === undefined) return text;
  if (value === undefined) {
    document.deleteIn(path);
    dropEmpty(document, path.slice(0, -1));
  } else {
    const spelt = spellings(document, path);
    openWay(document, path);
    document.setIn(path, nodeOf(value, spelling, spelt));
  }
  if (isMap(document.contents) && document.contents.items.length === 0) return "";
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Makes the way to a path passable: what stands in it and is no mapping (null, for instance) becomes one. */
function openWay(document: Document, path: readonly string[]): void {
  for (let depth = 0; depth < path.length; depth += 1) {
    const above = path.slice(0, depth);
    if (!isCollection(document.getIn(above, true))) document.setIn(above, new YAMLMap());
    const node = document.getIn(above, true);
    // "{}" is written in one line; with keys in it, it goes on in lines of its own like the rest.
    if (isMap(node) && node.items.length === 0) node.flow = false;
  }
}

/** Texts of a list as they are spelt, so that what a form did not touch stays a number or a text as it was. */
function spellings(document: Document, path: readonly string[]): Map<string, Scalar> {
  const spelt = new Map<string, Scalar>();
  const node = document.getIn(path, true);
  if (isSeq(node)) visit(node, { Scalar: (_key, scalar) => void spelt.set(String(scalar.value), scalar) });
  return spelt;
}

function nodeOf(value: NewValue, spelling: "text" | "plain", spelt: ReadonlyMap<string, Scalar>): unknown {
  if (typeof value === "string") return spelling === "text" ? textNode(value) : plainNode(value);
  if (!Array.isArray(value)) {
    const map = new YAMLMap();
    map.flow = true;
    return map;
  }
  const list = new YAMLSeq();
  list.flow = value.length === 0;
  const text = (each: string): unknown => spelt.get(each)?.clone() ?? textNode(each);
  list.items = value.map((item: string | Row) => (typeof item === "string" ? text(item) : rowNode(item, text)));
  return list;
}

function plainNode(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = Scalar.PLAIN;
  return scalar;
}

/** A text, quoted where it would be read as something else. */
function textNode(text: string): unknown {
  return parseDocument(stringify(text, { lineWidth: 0 }), { schema: "failsafe" }).contents;
}

function rowNode(row: Record<string, string>, text: (each: string) => unknown): YAMLMap {
  const map = new YAMLMap();
  map.flow = true;
  for (const [key, value] of Object.entries(row)) if (value !== "") map.set(textNode(key), text(value));
  return map;
}

function rowOf(map: YAMLMap): Record<string, string> | undefined {
  const row: Record<string, string> = {};
  for (const { key, value } of map.items) {
    if (!isScalar(key) || !isScalar(value)) return undefined;
    row[String(key.value)] = String(value.value);
  }
  return row;
}

function dropEmpty(document: Document, path: readonly string[]): void {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const above = document.getIn(path.slice(0, depth), true);
    // A scraper without settings is still one: mappings directly below a section say something by being there.
    if (!isMap(above) || above.items.length > 0 || isPresence(path.slice(0, depth))) return;
    document.deleteIn(path.slice(0, depth));
  }
}

function isPresence(path: readonly string[]): boolean {
  return path.length === 2 && (path[0] === "scrapers" || path[0] === "protocols");
}
