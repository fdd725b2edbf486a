import { isMap, isScalar, isSeq, type LineCounter, type Node, type YAMLMap } from "yaml";

/** Something wrong in a file, and where; line and column from 1. */
export interface Fault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Reads the fields of one mapping; what is wrong goes to the list of faults, and gives undefined. */
export interface MappingReader {
  /** Says something at a field, or at the mapping where it has no such field. */
  fault(key: string | undefined, message: string): void;
  /** A text that is not empty. */
  text(key: string): string | undefined;
  /** One of these words. */
  word<T extends string>(key: string, words: readonly T[]): T | undefined;
  /** A finite number of zero or more; `missing` instead where the field is absent and that is given. */
  amount(key: string, missing?: number): number | undefined;
  /** The fields of a mapping within. */
  mapping(key: string): MappingReader | undefined;
  /** The mappings of a list within. */
  list(key: string): MappingReader[] | undefined;
  has(key: string): boolean;
  /** Refuses every field that is not one of these. */
  only(keys: readonly string[]): void;
}

/** Reads the mapping `node`, which is called `what` where it lacks a field. */
export function createMappingReader(node: YAMLMap, what: string, lines: LineCounter, faults: Fault[]): MappingReader {
  const faultAt = (at: Node, message: string): void => {
    const { line, col } = lines.linePos(at.range?.[0] ?? 0);
    faults.push({ line, column: col, message });
  };
  const keyOf = (key: unknown): string => (isScalar(key) ? String(key.value) : "");
  const fields = new Map(node.items.map((pair) => [keyOf(pair.key), pair]));
  const valueAt = (key: string): Node | undefined => {
    const value = fields.get(key)?.value as Node | null | undefined;
    if (value === undefined || value === null || (isScalar(value) && value.value === null)) {
      const pair = fields.get(key);
      if (pair === undefined) faultAt(node, `${what} lacks "${key}"`);
      else faultAt(pair.key as Node, `"${key}" has no value`);
      return undefined;
    }
    return value;
  };
  const within = (value: Node, title: string): MappingReader | undefined => {
    if (isMap(value)) return createMappingReader(value, title, lines, faults);
    faultAt(value, `${title} must be a mapping, name: value`);
    return undefined;
  };

  return {
    has: (key) => fields.has(key),
    fault(key, message) {
      const pair = key === undefined ? undefined : fields.get(key);
      faultAt(((pair?.value ?? pair?.key) as Node | undefined) ?? node, message);
    },
    text(key) {
      const value = valueAt(key);
      if (value === undefined) return undefined;
      if (isScalar(value) && typeof value.value === "string" && value.value.trim() !== "") return value.value;
      faultAt(value, `"${key}" must be a text; put it in quotes if it looks like a number`);
      return undefined;
    },
    word(key, words) {
      const value = valueAt(key);
      if (value === undefined) return undefined;
      const found = words.find((word) => isScalar(value) && value.value === word);
      if (found === undefined) faultAt(value, `"${key}" must be one of ${words.join(", ")}`);
      return found;
    },
    amount(key, missing) {
      if (missing !== undefined && !fields.has(key)) return missing;
      const value = valueAt(key);
      if (value === undefined) return undefined;
      const number: unknown = isScalar(value) ? value.value : undefined;
      if (typeof number === "number" && Number.isFinite(number) && number >= 0) return number;
      faultAt(value, `"${key}" must be a finite number of zero or more`);
      return undefined;
    },
    mapping(key) {
      const value = valueAt(key);
      return value === undefined ? undefined : within(value, `"${key}"`);
    },
    list(key) {
      const value = valueAt(key);
      if (value === undefined) return undefined;
      if (!isSeq(value) || value.items.length === 0) {
        faultAt(value, `"${key}" must be a list with at least one entry`);
        return undefined;
      }
      return value.items.flatMap((item, index) => within(item as Node, `entry ${index + 1} of "${key}"`) ?? []);
    },
    only(keys) {
      for (const [key, pair] of fields) {
        if (!keys.includes(key)) {
          faultAt(pair.key as Node, `"${key}" is no field of ${what}; its fields are ${keys.join(", ")}`);
        }
      }
    },
  };
}
