import { isMap, isScalar, isSeq, type Node, YAMLMap } from "yaml";
import { modelLimits } from "./pipeline-model.ts";
import { isNull } from "./plain-copy.ts";
import { writeNode } from "./write-node.ts";

/** A text that is YAML but no configuration: what is wrong, in which node, at which path. */
export class Refused extends Error {
  readonly node: unknown;
  readonly path: string;
  constructor(message: string, node: unknown, path: string) {
    super(message);
    this.node = node;
    this.path = path;
  }
}

/** The entries of a mapping by key, in order; none for nothing. Throws {@link Refused} for what is no mapping. */
export function entriesOf(node: Node | null | undefined, path: string): [string, Node | null][] {
  return mapOf(node, path).items.map(({ key, value }) => {
    if (!isScalar(key)) throw new Refused(`${path || "The configuration"} has a key that is not a text`, key, path);
    const id = String(key.value);
    if (id === "" || id.length > modelLimits.idLength)
      throw new Refused(`A name has between 1 and ${modelLimits.idLength} characters`, key, path);
    return [id, value as Node | null];
  });
}

/** The entries of a mapping, by key. Throws {@link Refused} for what is no mapping. */
export function keyedBy(node: Node | null | undefined, path: string): Map<string, Node | null> {
  return new Map(entriesOf(node, path));
}

/** A mapping, an empty one for nothing. Throws {@link Refused} for anything else. */
export function mapOf(node: Node | null | undefined, path: string): YAMLMap {
  if (node === undefined || isNull(node)) return new YAMLMap();
  if (!isMap(node)) throw new Refused(`${path} must be a mapping`, node, path);
  return node;
}

/** A list of names, an empty one for nothing. Throws {@link Refused} for anything else. */
export function listOf(node: Node | null | undefined, path: string): string[] {
  if (node === undefined || isNull(node)) return [];
  if (!isSeq(node)) throw new Refused(`${path} must be a list of names`, node, path);
  within(node.items, modelLimits.names, `names in ${path}`, node);
  return node.items.map((item) => {
    const name = isScalar(item) && !isNull(item) ? String(item.value) : "";
    if (name === "" || name.length > modelLimits.idLength)
      throw new Refused(`${path} must be a list of names`, item, path);
    return name;
  });
}

/** Settings as YAML. Throws {@link Refused} for very many. */
export function settingsText(node: Node | null, path: string): string {
  const text = writeNode(node);
  if (Buffer.byteLength(text) > modelLimits.settingsBytes)
    throw new Refused(
      `${path || "What is not a component"} has more than ${modelLimits.settingsBytes} bytes`,
      node,
      path,
    );
  return text;
}

/** Throws {@link Refused} when there are more than a model holds. */
export function within(items: readonly unknown[], most: number, what: string, node: unknown): void {
  if (items.length > most) throw new Refused(`A model holds at most ${most} ${what}, not ${items.length}`, node, "");
}
