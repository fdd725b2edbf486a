/** A value at a time. */
export type Point = { atMs: number; value: number };

/**
 * Points thinned for a picture of so many pixels: of each bin in time the lowest
 * and the highest, in order, so that no peak is lost; broken into runs where
 * points are missing. Few points stay as they are.
 */
export function downsample(points: readonly Point[], pixels: number): Point[][] {
  const inOrder = points.filter(({ value }) => Number.isFinite(value)).toSorted((a, b) => a.atMs - b.atMs);
  return runsOf(inOrder).map((run) => thin(run, Math.max(2, Math.floor((pixels * run.length) / inOrder.length))));
}

/** Runs without a gap: a step of more than one and a half times the usual one is a gap. */
function runsOf(points: readonly Point[]): Point[][] {
  const steps = points.slice(1).map(({ atMs }, index) => atMs - (points[index]?.atMs ?? 0));
  const usual = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  const runs: Point[][] = [];
  let run: Point[] = [];
  for (const [index, point] of points.entries()) {
    if (index > 0 && (steps[index - 1] ?? 0) > 1.5 * usual) {
      runs.push(run);
      run = [];
    }
    run.push(point);
  }
  return run.length === 0 ? runs : [...runs, run];
}

function thin(run: readonly Point[], pixels: number): Point[] {
  if (run.length <= 2 * pixels) return [...run];
  const size = run.length / pixels;
  const thinned: Point[] = [];
  for (let bin = 0; bin < pixels; bin++) {
    const own = run.slice(Math.floor(bin * size), Math.floor((bin + 1) * size));
    const [first] = own;
    if (first === undefined) continue;
    let [low, high] = [first, first];
    for (const point of own) {
      if (point.value < low.value) low = point;
      if (point.value > high.value) high = point;
    }
    thinned.push(...(low === high ? [low] : low.atMs < high.atMs ? [low, high] : [high, low]));
  }
  return thinned;
}
