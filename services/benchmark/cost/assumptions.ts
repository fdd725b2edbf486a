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
  /** Prices of the machines that collectors run on, and where they come from. */
  readonly host: { readonly corePerMonth: number; readonly gibPerMonth: number; readonly source: string };
  /** Books in another currency than the machines' prices. */
  readonly otherCurrencies: readonly string[];
  /** Hosts to extrapolate to; 0 for none. */
  readonly fleetHosts: number;
  /** Sentences of the rules used. */
  readonly ofRules: readonly string[];
}

/** Says what a cost analysis assumes, in sentences for people. */
export function listAssumptions(facts: AssumptionFacts): string[] {
  const minutes = facts.comparedMinutes.toFixed(1);
  const sentences = [
    `A month is 30 days; ${facts.hosts} measured host${facts.hosts === 1 ? " is" : "s are"} taken to go on all month as in the ${minutes} minutes measured.`,
    "Only windows that every arm delivered on a host are compared, after the warm-up.",
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
        ? `Points, bytes and collector CPU of ${variant} are priced as measured, one scrape about every ${measured.toFixed(1)} s.`
        : `Points, bytes and collector CPU of ${variant} are scaled from one scrape every ${measured.toFixed(1)} s, as measured, to one every ${priced.toFixed(1)} s; series and memory are not scaled. CPU that does not go with scrapes is scaled too, so it is less than it will be.`,
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
  const { corePerMonth, gibPerMonth, source } = facts.host;
  sentences.push(
    `Collectors are priced at $${corePerMonth.toFixed(2)} a core and $${gibPerMonth.toFixed(2)} a GiB of memory a month (${source}); the net saving is the gross less what the candidate's take more.`,
  );
  if (facts.otherCurrencies.length > 0) {
    sentences.push(
      `${facts.otherCurrencies.join(", ")}: no net saving, because the book's currency is not that of the collectors' prices.`,
    );
  }
  if (facts.fleetHosts > 0) {
    sentences.push(
      `The fleet's ${facts.fleetHosts} hosts are taken to save as much each as the ${facts.hosts} measured; allowances and volume tiers are not worked out anew for the fleet.`,
    );
  }
  return [...sentences, ...facts.ofRules];
}
