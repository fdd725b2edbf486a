import { expect } from "chai";
import fc from "fast-check";
import { bookOf } from "../testing/priced-usage.ts";
import { rules, shippedBooks } from "./index.ts";
import { type MonthlyUsage, percentile95 } from "./month.ts";
import { type BookTerms, monthlyCost } from "./price-book.ts";
import type { TierTerms } from "./rules/index.ts";

/**
 * 10,000 series at one point a minute for 30 days are 432 million points. The
 * costs are the check of the price survey of 2026-11-20, worked from list prices.
 */
const surveyed: MonthlyUsage = {
  points: 432e6,
  bytes: 432e6 * 125,
  pointsPerMinute: 10_000,
  metricNames: 20,
  series: { "20m": [10_000], "1h": [10_000], "2h30m": [10_000] },
  hosts: 10,
};
const golden: [book: string, marginal: number, withAllowances: number][] = [
  ["amazon-managed-prometheus", 38.88, 35.28],
  ["google-managed-prometheus", 25.92, 25.92],
  ["azure-monitor-prometheus", 6.912, 6.912],
  ["grafana-cloud-pro", 65, 0],
  ["datadog-custom-metrics", 500, 450],
  ["datadog-enterprise-custom-metrics", 500, 400],
  ["signoz-cloud", 43.2, 43.2],
  // 432 million points of 125 bytes are 54 GB.
  ["new-relic-data", 21.6, 0],
  ["new-relic-data-plus", 32.4, 0],
  ["cloudwatch-otel", 4.32, 4.32],
];

describe("the price books", () => {
  for (const [name, marginal, withAllowances] of golden) {
    it(`price the surveyed month under ${name} at ${marginal.toFixed(2)} dollars`, () => {
      expect(monthlyCost(bookOf(name), surveyed, false)).to.be.closeTo(marginal, 0.005);
      expect(monthlyCost(bookOf(name), surveyed, true)).to.be.closeTo(withAllowances, 0.005);
    });
  }

  it("are all in the golden table, each with source, day and currency", () => {
    expect(shippedBooks.map(({ name }) => name)).to.deep.equal(golden.map(([name]) => name).sort());
    for (const each of shippedBooks) {
      expect(each.source, each.name).to.not.equal("");
      expect(each.asOf).to.match(/^\d{4}-\d\d-\d\d$/);
      expect(each.currency).to.equal("USD");
      const rule = rules.get(each.rule) ?? expect.fail(`no rule ${each.rule}`);
      expect(Object.keys("prices" in each ? each.prices : {})).to.deep.equal(Object.keys(rule.prices));
    }
  });

  it("never charge less than nothing, nor less for more points", () => {
    const usage = (points: number): MonthlyUsage => ({
      ...surveyed,
      points,
      bytes: points * 100,
      pointsPerMinute: points / 43_200,
    });
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e13, noNaN: true }), fc.boolean(), (points, allowances) => {
        for (const each of shippedBooks) {
          const [less, more] = [usage(points), usage(points * 1.5)].map((amount) =>
            monthlyCost(each, amount, allowances),
          );
          expect(less).to.be.at.least(0);
          expect(more).to.be.at.least(less ?? NaN);
        }
      }),
    );
  });

  it("let Grafana bill data points where they are more than series, and the 95th percentile over time", () => {
    const grafana = bookOf("grafana-cloud-pro");
    expect(monthlyCost(grafana, { ...surveyed, pointsPerMinute: 40_000 }, false)).to.be.closeTo(260, 0.005);
    const quiet = [...Array(18).fill(1000), 10_000, 10_000];
    expect(percentile95(quiet)).to.equal(10_000);
    const usage = { ...surveyed, pointsPerMinute: 0, series: { ...surveyed.series, "20m": quiet } };
    expect(monthlyCost(grafana, usage, false)).to.be.closeTo(65, 0.005);
  });

  it("count what Amazon and Azure store and query, where the book says how much", () => {
    const priced = (name: string, over: Record<string, number>): BookTerms => {
      const { rule, ...rest } = bookOf(name);
      return { rule, prices: { ...("prices" in rest ? rest.prices : {}), ...over } };
    };
    const amp = priced("amazon-managed-prometheus", { bytes_per_sample: 2, queried_per_sample: 1000 });
    // 432 M samples of 2 bytes for 5 months are 4.0 GiB at $0.03; 432 billion queried at $0.10 a billion.
    const stored = ((432e6 * 2 * 5) / 2 ** 30) * 0.03;
    expect(monthlyCost(amp, surveyed, false)).to.be.closeTo(38.88 + stored + 43.2, 0.005);
    // 10 GB and 200 billion are free.
    expect(monthlyCost(amp, surveyed, true)).to.be.closeTo(35.28 + 23.2, 0.005);
    const azure = priced("azure-monitor-prometheus", { queried_per_sample: 100 });
    expect(monthlyCost(azure, surveyed, false)).to.be.closeTo(6.912 + 4.32, 0.005);
  });

  it("let Datadog's pricing by name charge names, and points beyond those that come with them", () => {
    const byName = {
      rule: "datadog-metric-names",
      prices: { per_name: 1, included_points_per_name: 10e6, per_million_points: 0.1 },
    };
    // 20 names at $1, 432 M points less 200 M at $0.10 a million.
    expect(monthlyCost(byName, surveyed, true)).to.be.closeTo(43.2, 0.005);
    expect(monthlyCost(byName, surveyed, false)).to.be.closeTo(63.2, 0.005);
  });

  it("let New Relic's whole gigabytes count where its free ones do", () => {
    const usage = (bytes: number) => monthlyCost(bookOf("new-relic-data"), { ...surveyed, bytes }, true);
    expect(usage(100.9e9)).to.equal(0);
    expect(usage(101e9)).to.be.closeTo(0.4, 1e-9);
    expect(usage(102.99e9)).to.be.closeTo(0.8, 1e-9);
  });
});

describe("a contract in tiers", () => {
  const terms: TierTerms & { rule: "tiers" } = {
    rule: "tiers",
    counts: "series-hourly-mean",
    per: 1000,
    included: 1000,
    tiers: [
      { upTo: 5000, price: 6 },
      { upTo: 8000, price: 5 },
      { upTo: Number.POSITIVE_INFINITY, price: 4 },
    ],
    minimum: 0,
    platformFee: 0,
  };

  it("is priced tier by tier, from what is included on", () => {
    // 9,000 billable: 5,000 at 6, 3,000 at 5, 1,000 at 4.
    expect(monthlyCost(terms, surveyed, true)).to.be.closeTo(49, 1e-9);
    expect(monthlyCost(terms, surveyed, false)).to.be.closeTo(53, 1e-9);
  });

  it("costs its minimum and its fee, which no more of anything costs at the margin", () => {
    expect(monthlyCost({ ...terms, minimum: 100, platformFee: 19 }, surveyed, true)).to.equal(119);
    expect(monthlyCost({ ...terms, minimum: 10, platformFee: 19 }, surveyed, true)).to.be.closeTo(68, 1e-9);
    expect(monthlyCost({ ...terms, minimum: 100, platformFee: 19 }, surveyed, false)).to.be.closeTo(53, 1e-9);
  });

  it("counts each thing that a contract may count", () => {
    const usage = { ...surveyed, series: { "20m": [1, 2, 3], "1h": [4, 6], "2h30m": [10] } };
    const count = (counts: TierTerms["counts"], statistic?: TierTerms["statistic"]) =>
      monthlyCost(
        { ...terms, counts, statistic, per: 1, included: 0, tiers: [{ upTo: Number.POSITIVE_INFINITY, price: 1 }] },
        usage,
        true,
      );
    expect(count("samples")).to.equal(432e6);
    expect(count("bytes")).to.equal(54e9);
    expect(count("active-series-20m", "mean")).to.equal(2);
    expect(count("active-series-20m", "p95")).to.equal(3);
    expect(count("active-series-20m", "sum")).to.equal(6);
    expect(count("active-series-1h", "mean")).to.equal(5);
    expect(count("active-series-2h30m", "p95")).to.equal(10);
    expect(count("series-hourly-mean")).to.equal(5);
    expect(count("mts-hourly-mean")).to.equal(5);
    expect(count("metric-names")).to.equal(20);
  });

  it("never costs less for more", () => {
    const amount = fc.double({ min: 0, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(amount, amount, fc.boolean(), (a, b, allowances) => {
        const cost = (points: number) =>
          monthlyCost({ ...terms, counts: "samples", minimum: 5 }, { ...surveyed, points }, allowances);
        expect(cost(Math.max(a, b))).to.be.at.least(cost(Math.min(a, b)));
      }),
    );
  });
});
