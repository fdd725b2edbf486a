/** What the sentences are about. */
export interface AssumptionFacts {
  readonly applyAllowances: boolean;
  /** Minutes that all arms delivered. */
  readonly comparedMinutes: number;
  readonly hosts: number;
  readonly groups: number;
  /** Scrape intervals in seconds by variant: as measured, and as priced. */
  readonly intervals: ReadonlyMap<string, { measured: number; priced: number }>;
  /** Windows without a readable sketch. */
  readonly windowsWithoutSketch: number;
  /** Sentences of the formulas used. */
  readonly ofFormulas: readonly string[];
}

/** Says what a cost analysis assumes, in sentences for people. */
export function listAssumptions(facts: AssumptionFacts): string[] {
  const minutes = facts.comparedMinutes.toFixed(1);
  const sentences = [
    `A month is 30 days; ${facts.hosts} measured host${facts.hosts === 1 ? " is" : "s are"} taken to go on all month as in the ${minutes} minutes measured.`,
    "Only windows that every arm of a host delivered are compared, after the warm-up.",
    facts.applyAllowances
      ? "The vendors' monthly allowances are subtracted from each arm."
      : "Prices are marginal: what this much more costs someone whose allowance is used up.",
    facts.groups < 2
      ? "One block of measurements gives no interval."
      : `Intervals are two standard errors of a block jackknife over ${facts.groups} groups of blocks.`,
  ];
  for (const [variant, { measured, priced }] of facts.intervals) {
    sentences.push(
      measured === priced
        ? `Points and bytes of ${variant} are priced as measured, one scrape about every ${measured.toFixed(1)} s.`
        : `Points and bytes of ${variant} are scaled from one scrape every ${measured.toFixed(1)} s, as measured, to one every ${priced.toFixed(1)} s; series are not scaled.`,
    );
  }
  if (facts.comparedMinutes < 60) {
    sentences.push(
      "Vendors count distinct series over 20 minutes or an hour; processes that come and go later than the time measured are not in the count.",
    );
  }
  if (facts.windowsWithoutSketch > 0) {
    sentences.push(
      `${facts.windowsWithoutSketch} windows have no readable sketch of their series, so distinct series over longer times may be more.`,
    );
  }
  sentences.push("The collectors' own CPU and memory are not priced; the key figures show them.");
  return [...sentences, ...facts.ofFormulas];
}
