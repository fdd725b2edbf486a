/** A run of time, in milliseconds since the Unix epoch. */
export interface TimeRange {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Where counting begins for hosts that begin within the same span. */
export interface Beginnings {
  /** Earliest and latest moment at which counting begins. */
  readonly leastMs: number;
  readonly mostMs: number;
  /** Nothing of these hosts was measured before. */
  readonly firstMs: number;
}

/** What is to be read beside spans that are taken whole. */
export interface Edges {
  /** True where spans are taken from the first on that begins when counting has begun, false where from the one in which it begins. */
  readonly onward: boolean;
  /** Where spans that are taken whole end. */
  readonly lastMs: number;
  /** What is to be added or subtracted; none is empty and none shares a moment with another. */
  readonly ranges: readonly TimeRange[];
  /** Where whole spans begin for these hosts, in the order of the beginnings. */
  readonly beginnings: readonly Beginnings[];
}

/**
 * Chooses spans of a length that stand for the time from each beginning to the
 * end, so that as little as possible is left to be put right at both ends: a
 * span that holds more than that time is taken where less of it is too much.
 */
export function chooseEdges(beginnings: readonly Beginnings[], endMs: number, spanMs: number): Edges {
  const floor = (ms: number): number => Math.floor(ms / spanMs) * spanMs;
  const ceil = (ms: number): number => Math.ceil(ms / spanMs) * spanMs;
  const before = beginnings.map(({ leastMs, mostMs, firstMs }) => ({
    fromMs: Math.max(floor(leastMs), firstMs),
    untilMs: mostMs,
  }));
  const after = beginnings.map(({ leastMs, mostMs }) => ({ fromMs: leastMs, untilMs: ceil(mostMs) }));
  const onward = lengthOf(after) < lengthOf(before);
  const round = onward ? ceil : floor;
  const { lastMs, ...end } = endOf(endMs, floor(endMs), ceil(endMs));
  return {
    onward,
    lastMs,
    ranges: joined([...(onward ? after : before), end]),
    beginnings: beginnings.map(({ leastMs, mostMs, firstMs }) => ({
      leastMs: round(leastMs),
      mostMs: round(mostMs),
      firstMs: floor(firstMs),
    })),
  };
}

/** Where whole spans end, and the shorter side of the one in which counting ends. */
function endOf(endMs: number, spanMs: number, nextMs: number): TimeRange & { lastMs: number } {
  // Without an end these are infinite, their differences NaN: nothing is to be put right.
  return nextMs - endMs < endMs - spanMs
    ? { fromMs: endMs, untilMs: nextMs, lastMs: nextMs }
    : { fromMs: spanMs, untilMs: endMs, lastMs: spanMs };
}

function lengthOf(ranges: readonly TimeRange[]): number {
  return joined(ranges).reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0);
}

/** The same time in ranges of which none is empty and none shares a moment with another. */
function joined(ranges: readonly TimeRange[]): TimeRange[] {
  const apart: TimeRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = apart.at(-1);
    const fromMs = Math.max(range.fromMs, last?.untilMs ?? range.fromMs);
    if (fromMs < range.untilMs) apart.push({ fromMs, untilMs: range.untilMs });
  }
  return apart;
}
