/** How two lists go over into each other: what stays, goes and comes, in order, by position. */
export type Step =
  | { kind: "same"; left: number; right: number }
  | { kind: "left"; left: number }
  | { kind: "right"; right: number };

/** Longest lists that are aligned by their longest common part; longer ones by position, so that time stays bounded. */
const longest = 1_000;

/** Aligns two lists of texts with the fewest changes. */
export function align(left: readonly string[], right: readonly string[]): Step[] {
  if (left.length > longest || right.length > longest) return byPosition(left, right);
  // lengths[i][j]: longest common part of what follows position i on the left and j on the right.
  const width = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      lengths[i * width + j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      steps.push({ kind: "same", left: i++, right: j++ });
    } else if (j >= right.length || (i < left.length && at(i + 1, j) >= at(i, j + 1))) {
      steps.push({ kind: "left", left: i++ });
    } else steps.push({ kind: "right", right: j++ });
  }
  return steps;
}

function byPosition(left: readonly string[], right: readonly string[]): Step[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index): Step[] => {
    if (left[index] === right[index]) return [{ kind: "same", left: index, right: index }];
    const steps: Step[] = [];
    if (index < left.length) steps.push({ kind: "left", left: index });
    if (index < right.length) steps.push({ kind: "right", right: index });
    return steps;
  }).flat();
}
