import { type Document, isAlias, isMap, isScalar, isSeq, type Node, Pair, Scalar, visit, YAMLMap, YAMLSeq } from "yaml";

/** Most nodes that anchors may grow a text to. */
const mostNodes = 50_000;

/** A text that cannot be written out; `offset` is where in it. */
export class CopyError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** A copy of a document's content, and whether it held anchors that were written out. */
export type PlainCopy = { content: Node | null; writtenOut: boolean };

/**
 * Copies a document without comments, aliases and merge keys: what they stand for is written in their place.
 * Throws {@link CopyError} for an alias of nothing or of itself, and where they would grow beyond all measure.
 */
export function copyPlain(document: Document): PlainCopy {
  const targets = targetsOf(document);
  const open = new Set<Node>();
  let nodes = 0;
  let writtenOut = false;

  function copy(node: Node | null, parent: "map" | "flow" | "seq"): Node {
    nodes += 1;
    if (nodes > mostNodes) throw new CopyError("Anchors make this grow beyond all measure", offsetOf(node));
    if (isAlias(node)) return follow(node, (target) => copy(target, parent));
    if (isMap(node)) return copyMap(node);
    if (isSeq(node)) {
      const list = placed(new YAMLSeq(), node);
      list.items = node.items.map((item) => copy(item as Node | null, node.flow ? "flow" : "seq"));
      return list;
    }
    return copyScalar(node, parent);
  }

  function follow<T>(alias: Node, use: (target: Node) => T): T {
    writtenOut = true;
    const target = targets.get(alias);
    if (!target) throw new CopyError("This refers to an anchor that is not set before it", offsetOf(alias));
    if (open.has(target)) throw new CopyError("This anchor contains itself", offsetOf(alias));
    open.add(target);
    const used = use(target);
    open.delete(target);
    return used;
  }

  function copyMap(map: YAMLMap): YAMLMap {
    const plain = placed(new YAMLMap(), map);
    const own = new Set(map.items.filter(({ key }) => !isMergeKey(key)).map(({ key }) => keyText(key)));
    for (const { key, value } of map.items) {
      if (isMergeKey(key)) {
        for (const pair of merged(value as Node | null)) {
          if (own.has(keyText(pair.key))) continue;
          own.add(keyText(pair.key));
          plain.items.push(pair);
        }
        continue;
      }
      const parent = map.flow ? "flow" : "map";
      plain.items.push(new Pair(copy(key as Node | null, "flow"), copy(value as Node | null, parent)));
    }
    return plain;
  }

  function merged(source: Node | null): Pair[] {
    if (isAlias(source)) return follow(source, merged);
    if (isMap(source)) return copyMap(source).items;
    if (isSeq(source)) return source.items.flatMap((item) => merged(item as Node | null));
    throw new CopyError("A merge key takes a mapping or a list of mappings", offsetOf(source));
  }

  return { content: document.contents && copy(document.contents, "map"), writtenOut };
}

/** What each alias stands for; found in one walk, as the library walks the whole text for every alias. */
function targetsOf(document: Document): Map<Node, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  visit(document, {
    Node(_key, node) {
      const target = isAlias(node) ? anchors.get(node.source) : undefined;
      if (target) targets.set(node, target);
      if (!isAlias(node) && node.anchor) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

/** Says whether a scalar is a null: nothing, or one of its spellings without quotes. */
export function isNull(node: unknown): boolean {
  if (node === null) return true;
  return isScalar(node) && node.type === "PLAIN" && !node.tag && /^(?:|~|null|Null|NULL)$/.test(String(node.value));
}

/** Where a node began in its text. */
export function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}

function copyScalar(node: Node | null, parent: "map" | "flow" | "seq"): Scalar {
  const value = isScalar(node) ? String(node.value ?? "") : "";
  // Nothing can stand for null behind a key of a block, elsewhere it would be too easy to misread.
  const scalar = placed(new Scalar(parent !== "map" && isNull(node) && value === "" ? "null" : value), node);
  scalar.type = isScalar(node) && node.type ? node.type : "PLAIN";
  return scalar;
}

function placed<N extends Scalar | YAMLMap | YAMLSeq>(copy: N, node: Node | null): N {
  if (node?.range) copy.range = node.range;
  if (node && "tag" in node && node.tag) copy.tag = node.tag;
  if (node && "flow" in node && node.flow && !isScalar(copy)) copy.flow = true;
  return copy;
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === "<<" && key.type === "PLAIN";
}

function keyText(key: unknown): unknown {
  return isScalar(key) ? String(key.value) : key;
}
