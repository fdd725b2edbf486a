import { HyperLogLog } from "@phoenix/platform/sketch";
import { expect } from "chai";
import fc from "fast-check";
import type { BlockUsage } from "./block-usage.ts";
import { countSpans, leaveSpansOut } from "./count-spans.ts";
import {
  boundedBlockMs,
  type ComparedWindow,
  createUsageBuilder,
  jackknifeGroups,
  listAssumptions,
  measuredIntervalSeconds,
  type PriceBook,
  priceArm,
  projectArm,
  rules,
  saveAgainst,
  shippedBooks,
} from "./index.ts";
import { jackknifeStandardError } from "./jackknife.ts";
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

/** Numbers well mixed over 32 bits (the finaliser of MurmurHash3). */
const mixed = (value: number): number => {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
};
const sketchOf = (from: number, to: number): HyperLogLog => {
  const sketch = new HyperLogLog();
  for (let id = from; id < to; id++) sketch.add(mixed(id + 1), mixed(id + 0x9e3779b9));
  return sketch;
};

const minute = 60_000;
const block = (index: number, over: Partial<BlockUsage> = {}): BlockUsage => ({
  startMs: index * minute,
  lengthMs: minute,
  pointsPerSecond: 100,
  bytesPerSecond: 12_400,
  windowSeries: 1000,
  metricNames: 11,
  collectorCores: 0.02,
  collectorBytes: 100 * 2 ** 20,
  series: sketchOf(0, 1000),
  ...over,
});
const book = (name: string): PriceBook =>
  shippedBooks.find((each) => each.name === name) ?? expect.fail(`no book ${name}`);
const window = (over: Partial<ComparedWindow> = {}): ComparedWindow => ({
  variant: "baseline",
  startMs: 0,
  lengthMs: 5000,
  hosts: 1,
  activeSeries: 1000,
  dataPoints: 1000,
  otlpBytes: 124_000,
  metricNames: 11,
  cpuSeconds: 0.05,
  cpuHosts: 1,
  rssBytes: 100 * 2 ** 20,
  ...over,
});

describe("the price books", () => {
  for (const [name, marginal, withAllowances] of golden) {
    it(`price the surveyed month under ${name} at ${marginal.toFixed(2)} dollars`, () => {
      expect(monthlyCost(book(name), surveyed, false)).to.be.closeTo(marginal, 0.005);
      expect(monthlyCost(book(name), surveyed, true)).to.be.closeTo(withAllowances, 0.005);
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
    const grafana = book("grafana-cloud-pro");
    expect(monthlyCost(grafana, { ...surveyed, pointsPerMinute: 40_000 }, false)).to.be.closeTo(260, 0.005);
    const quiet = [...Array(18).fill(1000), 10_000, 10_000];
    expect(percentile95(quiet)).to.equal(10_000);
    const usage = { ...surveyed, pointsPerMinute: 0, series: { ...surveyed.series, "20m": quiet } };
    expect(monthlyCost(grafana, usage, false)).to.be.closeTo(65, 0.005);
  });

  it("count what Amazon and Azure store and query, where the book says how much", () => {
    const priced = (name: string, over: Record<string, number>): BookTerms => {
      const { rule, ...rest } = book(name);
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
    const usage = (bytes: number) => monthlyCost(book("new-relic-data"), { ...surveyed, bytes }, true);
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

describe("pricing an arm", () => {
  const blocks = (number: number, rate: (index: number) => number) =>
    Array.from({ length: number }, (_, index) => block(index, { pointsPerSecond: rate(index) }));

  it("turns points a second into a month, scaled to the interval in production", () => {
    const arm = { blocks: blocks(8, () => 100), hosts: 1, rateScale: 5 / 15 };
    const cost = priceArm(projectArm(arm), book("signoz-cloud"), false);
    // 100 points a second every 5 s are 33.3 every 15 s: 86.4 million a month at $0.10.
    expect(cost.estimate).to.be.closeTo(8.64, 1e-9);
    expect(cost).to.include({ low: cost.estimate, high: cost.estimate });
  });

  it("does not scale series", () => {
    const arm = (rateScale: number) => ({ blocks: blocks(8, () => 1), hosts: 1, rateScale });
    const cost = (rateScale: number) =>
      priceArm(projectArm(arm(rateScale)), book("datadog-custom-metrics"), false).estimate;
    expect(cost(0.1)).to.equal(cost(1));
    expect(cost(1)).to.be.closeTo(50, 1);
  });

  it("gives the jackknife's interval, for a mean the usual one", () => {
    const rates = [90, 110, 95, 105, 100, 100, 80, 120];
    const arm = projectArm({ blocks: blocks(8, (index) => rates[index] ?? 0), hosts: 1, rateScale: 1 });
    const cost = priceArm(arm, book("signoz-cloud"), false);
    const spread = Math.sqrt(rates.reduce((sum, rate) => sum + (rate - 100) ** 2, 0) / 7 / 8);
    const perPoint = (30 * 86_400 * 0.1) / 1e6;
    expect(cost.estimate).to.be.closeTo(100 * perPoint, 1e-9);
    expect(cost.high).to.be.closeTo((100 + 2 * spread) * perPoint, 1e-9);
    expect(cost.low).to.be.closeTo((100 - 2 * spread) * perPoint, 1e-9);
  });

  it("knows no interval from one block", () => {
    const arm = projectArm({ blocks: blocks(1, () => 100), hosts: 1, rateScale: 1 });
    const cost = priceArm(arm, book("signoz-cloud"), false);
    expect(cost).to.include({ low: 0, high: Infinity });
  });

  it("leaves out at most 32 groups that cover every block once", () => {
    for (const count of [0, 1, 31, 32, 33, 500]) {
      const groups = jackknifeGroups(count);
      expect(groups.length).to.equal(Math.min(32, count));
      expect(
        groups.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index)),
      ).to.deep.equal(Array.from({ length: count }, (_, index) => index));
    }
    expect(jackknifeStandardError([1])).to.be.NaN;
  });
});

describe("what a candidate saves", () => {
  const arm = (rate: (index: number) => number, over: Partial<BlockUsage> = {}, rateScale = 1) =>
    projectArm({
      blocks: Array.from({ length: 8 }, (_, index) => block(index, { pointsPerSecond: rate(index), ...over })),
      hosts: 2,
      rateScale,
    });
  const terms = {
    applyAllowances: false,
    hostPrices: { corePerMonth: 30, gibPerMonth: 4 },
    hosts: 2,
    fleetHosts: 0,
  };
  const signoz = book("signoz-cloud");
  const month = (pointsPerSecond: number) => (pointsPerSecond * 30 * 86_400 * 0.1) / 1e6;

  it("has the interval of the difference: what moves both arms cancels", () => {
    const common = [0, 500, 100, 900, 300, 700, 200, 400];
    const baseline = arm((index) => 1000 + (common[index] ?? 0));
    const candidate = arm((index) => 600 + (common[index] ?? 0));
    const { gross } = saveAgainst(baseline, candidate, signoz, terms);
    expect(gross.estimate).to.be.closeTo(month(400), 1e-9);
    expect(gross.high - gross.low).to.be.lessThan(1e-6);
    const alone = priceArm(baseline, signoz, false);
    expect(alone.high - alone.low).to.be.greaterThan(month(400));
  });

  it("is net of what the candidate's collectors take more", () => {
    const baseline = arm(() => 1000);
    const candidate = arm(() => 500, { collectorCores: 0.05, collectorBytes: 356 * 2 ** 20 });
    const { gross, collectors, net, fleetNet } = saveAgainst(baseline, candidate, signoz, terms);
    // 0.03 cores at $30, a quarter of a GiB at $4.
    expect(collectors?.estimate).to.be.closeTo(0.9 + 1, 1e-9);
    expect(net?.estimate).to.be.closeTo(gross.estimate - 1.9, 1e-9);
    expect(fleetNet).to.equal(undefined);
    const fleet = saveAgainst(baseline, candidate, signoz, { ...terms, fleetHosts: 100 });
    expect(fleet.fleetNet?.estimate).to.be.closeTo(50 * (net?.estimate ?? NaN), 1e-9);
  });

  it("scales the collectors' CPU to the interval in production, and not their memory", () => {
    const busy = { collectorCores: 0.12, collectorBytes: 100 * 2 ** 20 };
    const { collectors } = saveAgainst(
      arm(() => 1000, {}, 1 / 12),
      arm(() => 1000, busy, 1 / 12),
      signoz,
      terms,
    );
    expect(collectors?.estimate).to.be.closeTo((0.1 / 12) * 30, 1e-9);
  });

  it("says nothing of a net where the collectors' price is not to be had", () => {
    const other = saveAgainst(
      arm(() => 1000),
      arm(() => 500),
      signoz,
      { ...terms, hostPrices: undefined },
    );
    expect(Object.keys(other)).to.deep.equal(["gross"]);
    const blind = saveAgainst(
      arm(() => 1000),
      arm(() => 500, { collectorCores: Number.NaN }),
      signoz,
      terms,
    );
    expect(Object.keys(blind)).to.deep.equal(["gross"]);
  });

  it("is negative where the candidate costs more", () => {
    expect(
      saveAgainst(
        arm(() => 500),
        arm(() => 1000),
        signoz,
        terms,
      ).gross.estimate,
    ).to.be.closeTo(-month(500), 1e-9);
  });
});

describe("counting series over a vendor's span", () => {
  it("takes unions within spans, and drops a trailing partial one", () => {
    // 25 minutes; the series of each minute overlap by half.
    const moving = Array.from({ length: 25 }, (_, index) =>
      block(index, { series: sketchOf(index * 500, index * 500 + 1000) }),
    );
    const [count, ...rest] = countSpans(moving, 20 * minute)();
    expect(rest).to.deep.equal([]);
    expect((count ?? 0) / 10_500).to.be.closeTo(1, 0.03);
  });

  it("counts a run shorter than the span as far as it goes", () => {
    const [count] = countSpans([block(0), block(1, { series: sketchOf(1000, 2000) })], 60 * minute)();
    expect((count ?? 0) / 2000).to.be.closeTo(1, 0.03);
  });

  it("leaves omitted blocks out, and spans omitted whole", () => {
    const spans = countSpans([block(0), block(1, { series: sketchOf(1000, 3000) }), block(2), block(3)], 2 * minute);
    expect(spans()).to.have.length(2);
    expect((spans({ from: 1, to: 2 })[0] ?? 0) / 1000).to.be.closeTo(1, 0.03);
    expect(spans({ from: 0, to: 2 })).to.have.length(1);
  });

  it("is never less than the exact count of a window", () => {
    expect(countSpans([block(0, { series: new HyperLogLog(), windowSeries: 777 })], minute)()).to.deep.equal([777]);
  });
});

describe("spans that were counted before", () => {
  const hour = 60 * minute;
  const blocks = Array.from({ length: 25 }, (_, index) => block(10 * index + 10, { lengthMs: 10 * minute }));
  const spans = [0, 1, 2, 3, 4].map((index) => ({ startMs: index * hour, series: 100 + index }));

  it("count where they were measured from end to end", () => {
    // Measured from 0:10 to 4:20.
    expect(leaveSpansOut(spans, hour, blocks)()).to.deep.equal([101, 102, 103]);
  });

  it("are left out with the block in which they begin", () => {
    const left = leaveSpansOut(spans, hour, blocks);
    // 1:00 to 1:10 is the sixth block.
    expect(left({ from: 5, to: 6 })).to.deep.equal([102, 103]);
    expect(left({ from: 6, to: 11 })).to.deep.equal([101, 102, 103]);
  });

  it("give the largest part of one where none is whole", () => {
    expect(leaveSpansOut(spans, 9 * hour, blocks)()).to.deep.equal([104]);
  });
});

describe("the windows that are priced", () => {
  it("show the scrape interval, though one scrape slips into the next window", () => {
    const steady = Array.from({ length: 5 }, () => window());
    const slipped = [window({ activeSeries: 0, dataPoints: 0 }), window({ dataPoints: 2000 })];
    expect(measuredIntervalSeconds([...steady, ...slipped])).to.equal(5);
    expect(measuredIntervalSeconds([window({ lengthMs: 60_000, dataPoints: 4000 })])).to.equal(15);
    expect(measuredIntervalSeconds([])).to.be.NaN;
  });

  it("become blocks whose rate does not fall when a host is missing", () => {
    const windows = [window({ hosts: 2, dataPoints: 4000, activeSeries: 2000 }), window({ startMs: 5000 })];
    const builder = createUsageBuilder(windows, 5000, 2);
    builder.addSketch(0, sketchOf(0, 1500));
    builder.addSketch(99_000, sketchOf(0, 50_000));
    const blocks = builder.blocks();
    expect(blocks.map((each) => each.pointsPerSecond)).to.deep.equal([800, 400]);
    expect(blocks.map((each) => each.windowSeries)).to.deep.equal([2000, 2000]);
    expect((blocks[0]?.series.estimate() ?? 0) / 1500).to.be.closeTo(1, 0.03);
  });

  it("have the CPU of the hosts where it is known, times all hosts", () => {
    const half = window({ hosts: 4, cpuHosts: 2, cpuSeconds: 0.2 });
    const [known] = createUsageBuilder([half], 5000, 4).blocks();
    expect(known?.collectorCores).to.be.closeTo(0.08, 1e-12);
    const [unknown] = createUsageBuilder([window({ cpuHosts: 0, cpuSeconds: 0 })], 5000, 1).blocks();
    expect(unknown?.collectorCores).to.be.NaN;
  });

  it("make at most a thousand blocks", () => {
    const ends = [window({ startMs: 0 }), window({ startMs: 100_000_000 })];
    expect(boundedBlockMs(ends, 10_000)).to.equal(100_000);
    expect(boundedBlockMs([window()], 10_000)).to.equal(10_000);
  });
});

describe("the assumptions", () => {
  it("say what was scaled and what is missing", () => {
    const sentences = listAssumptions({
      applyAllowances: false,
      comparedMinutes: 1.5,
      hosts: 1,
      groups: 8,
      intervals: new Map([["candidate", { measured: 5, priced: 60 }]]),
      windowsWithoutSketch: 3,
      host: { corePerMonth: 29.1456, gibPerMonth: 3.2, source: "a list" },
      otherCurrencies: ["ours-eur"],
      fleetHosts: 500,
      ofRules: ["A vendor's own."],
    }).join("\n");
    for (const words of [
      "marginal",
      "every 5.0 s",
      "every 60.0 s",
      "3 windows have no readable sketch",
      "$29.15 a core and $3.20 a GiB of memory a month (a list)",
      "ours-eur: no net saving",
      "The fleet's 500 hosts",
      "A vendor's own.",
    ]) {
      expect(sentences).to.contain(words);
    }
  });
});
