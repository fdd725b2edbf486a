import type { DocumentPath } from "@phoenix/catalog";
import { align, type Step } from "./align.ts";
import { canonical, isMapping } from "./canonical.ts";
import type { Difference } from "./difference.ts";
import { meaningOfList } from "./order.ts";

/** Finds the differences between two documents, in the order of the left one; what is only on the right comes after. */
export function compareDocuments(left: unknown, right: unknown): Difference[] {
  return compare([], left, right);
}

function compare(path: DocumentPath, left: unknown, right: unknown): Difference[] {
  if (canonical(left, keyOf(path)) === canonical(right, keyOf(path))) return [];
  if (isOpen(path, left) && isOpen(path, right)) return compareMappings(path, left ?? {}, right ?? {});
  if (Array.isArray(left) && Array.isArray(right)) return compareLists(path, left, right);
  return [{ path, left, right }];
}

/** A mapping, or nothing where a mapping was meant. */
function isOpen(path: DocumentPath, value: unknown): value is Record<string, unknown> | null | undefined {
  return isMapping(value) || value === null || (value === undefined && path.length <= 1);
}

function compareMappings(
  path: DocumentPath,
  left: Record<string, unknown>,
  right: Record<string, unknown>,
): Difference[] {
  const keys = [...Object.keys(left), ...Object.keys(right).filter((key) => !Object.hasOwn(left, key))];
  return keys.flatMap((key): Difference[] => {
    const at = [...path, key];
    const [here, there] = [Object.hasOwn(left, key), Object.hasOwn(right, key)];
    const whole = here && there ? false : !mayBeAbsent(at);
    return whole ? [{ path: at, left: left[key], right: right[key] }] : compare(at, ...pair(at, left[key], right[key]));
  });
}

/** Sections and lists of processors are as good absent as empty. */
function mayBeAbsent(path: DocumentPath): boolean {
  return sections.has(String(path[0])) && path.length === 1 ? true : isProcessorList(path);
}

function pair(path: DocumentPath, left: unknown, right: unknown): [unknown, unknown] {
  return isProcessorList(path) ? [left ?? [], right ?? []] : [left, right];
}

function isProcessorList(path: DocumentPath): boolean {
  return meaningOfList(path).names && path.at(-1) === "processors";
}

const sections = new Set(["receivers", "processors", "exporters", "connectors", "extensions", "variables"]);

function compareLists(path: DocumentPath, left: unknown[], right: unknown[]): Difference[] {
  const { ordered, names } = meaningOfList(path);
  const [a, b] = [left.map((item) => canonical(item)), right.map((item) => canonical(item))];
  if (!ordered) {
    const gone = left.flatMap((item, index) => (b.includes(a[index] ?? "") ? [] : [{ item, index }]));
    const come = right.flatMap((item, index) => (a.includes(b[index] ?? "") ? [] : [{ item, index }]));
    return [
      ...gone.map(({ item, index }) => ({ path: [...path, index], left: item, right: undefined })),
      ...come.map(({ item, index }) => ({ path: [...path, index], left: undefined, right: item })),
    ];
  }
  const steps = align(a, b);
  return names ? nameSteps(path, left, right, steps) : valueSteps(path, left, right, steps);
}

/** Names of components: each that goes, comes or moves is a difference of its own. */
function nameSteps(path: DocumentPath, left: unknown[], right: unknown[], steps: Step[]): Difference[] {
  const gone = steps.flatMap((step) => (step.kind === "left" ? [left[step.left]] : []));
  const come = steps.flatMap((step) => (step.kind === "right" ? [right[step.right]] : []));
  return steps.flatMap((step): Difference[] => {
    if (step.kind === "left") {
      const name = left[step.left];
      // It is told where it went to.
      return come.includes(name) ? [] : [{ path: [...path, step.left], left: name, right: undefined }];
    }
    if (step.kind === "same") return [];
    const name = right[step.right];
    const next = right[step.right + 1];
    const before = next === undefined ? undefined : String(next);
    return [{ path: [...path, step.right], left: gone.includes(name) ? name : undefined, right: name, before }];
  });
}

/** Other values: between two that stay, the first that goes is told together with the first that comes, and so on. */
function valueSteps(path: DocumentPath, left: unknown[], right: unknown[], steps: Step[]): Difference[] {
  const differences: Difference[] = [];
  let [gone, come]: [number[], number[]] = [[], []];
  const flush = () => {
    for (let index = 0; index < Math.max(gone.length, come.length); index++) {
      const [from, to] = [gone[index], come[index]];
      const at = [...path, to ?? from ?? 0];
      if (from !== undefined && to !== undefined) differences.push(...compare(at, left[from], right[to]));
      else if (from !== undefined) differences.push({ path: at, left: left[from], right: undefined });
      else if (to !== undefined) differences.push({ path: at, left: undefined, right: right[to] });
    }
    [gone, come] = [[], []];
  };
  for (const step of steps) {
    if (step.kind === "left") gone.push(step.left);
    else if (step.kind === "right") come.push(step.right);
    else flush();
  }
  flush();
  return differences;
}

function keyOf(path: DocumentPath): string {
  return String(path.findLast((step) => typeof step === "string") ?? "");
}
