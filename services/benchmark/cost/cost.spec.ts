import { HyperLogLog } from "@phoenix/platform/sketch";
import { expect } from "chai";
import fc from "fast-check";
import { countSpans } from "./block-usage.ts";
import {
  type BlockUsage,
  boundedBlockMs,
  createUsageBuilder,
  formulas,
  jackknifeGroups,
  listAssumptions,
  measuredIntervalSeconds,
  type PricedWindow,
  priceArm,
  selectComparable,
} from "./index.ts";
import { jackknifeStandardError } from "./jackknife.ts";
import { type MonthlyUsage, percentile95 } from "./month.ts";

/**
 * 10,000 series at one point a minute for 30 days are 432 million points. The
 * costs are the check of the price survey of 2026-11-20, worked from list prices.
 */
const surveyed: MonthlyUsage = {
  points: 432e6,
  bytes: 432e6 * 125,
  pointsPerMinute: 10_000,
  hourlySeries: [10_000],
  twentyMinuteSeries: [10_000],
  hosts: 10,
};
const golden: [book: string, marginal: number, withAllowances: number][] = [
  ["amazon-managed-prometheus", 38.88, 35.28],
  ["google-managed-prometheus", 25.92, 25.92],
  ["azure-monitor-prometheus", 6.912, 6.912],
  ["grafana-cloud-pro", 65, 0],
  ["datadog-custom-metrics", 500, 450],
  ["signoz-cloud", 43.2, 43.2],
  // 432 million points of 125 bytes are 54 GB.
  ["new-relic-data", 21.6, 0],
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
  series: sketchOf(0, 1000),
  ...over,
});
const book = (name: string) => {
  const formula = formulas.get(name) ?? expect.fail(`no formula ${name}`);
  return { formula, prices: formula.prices };
};
const everyBook = [...formulas.values()].map((formula) => ({ formula, prices: formula.prices }));
const window = (over: Partial<PricedWindow>): PricedWindow => ({
  hostId: "h1",
  variant: "baseline",
  startMs: 0,
  lengthMs: 5000,
  activeSeries: 1000,
  dataPoints: 1000,
  otlpBytes: 124_000,
  usable: true,
  ...over,
});

describe("the price books", () => {
  for (const [name, marginal, withAllowances] of golden) {
    it(`price the surveyed month under ${name} at ${marginal.toFixed(2)} dollars`, () => {
      const { formula, prices } = book(name);
      expect(formula.monthly(surveyed, prices, false)).to.be.closeTo(marginal, 0.005);
      expect(formula.monthly(surveyed, prices, true)).to.be.closeTo(withAllowances, 0.005);
    });
  }

  it("are all in the golden table, each with source, day and currency", () => {
    expect([...formulas.keys()].sort()).to.deep.equal(golden.map(([name]) => name).sort());
    for (const formula of formulas.values()) {
      expect(formula.source, formula.name).to.not.equal("");
      expect(formula.asOf).to.match(/^\d{4}-\d\d-\d\d$/);
      expect(formula.currency).to.equal("USD");
      expect(Object.values(formula.prices).every((price) => price > 0)).to.equal(true);
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
        for (const { formula, prices } of everyBook) {
          const [less, more] = [usage(points), usage(points * 1.5)].map((each) =>
            formula.monthly(each, prices, allowances),
          );
          expect(less).to.be.at.least(0);
          expect(more).to.be.at.least(less ?? NaN);
        }
      }),
    );
  });

  it("let Grafana bill data points where they are more than series, and the 95th percentile over time", () => {
    const { formula, prices } = book("grafana-cloud-pro");
    expect(formula.monthly({ ...surveyed, pointsPerMinute: 40_000 }, prices, false)).to.be.closeTo(260, 0.005);
    const quiet = [...Array(18).fill(1000), 10_000, 10_000];
    expect(percentile95(quiet)).to.equal(10_000);
    expect(
      formula.monthly({ ...surveyed, pointsPerMinute: 0, twentyMinuteSeries: quiet }, prices, false),
    ).to.be.closeTo(65, 0.005);
  });
});

describe("pricing an arm", () => {
  const blocks = (number: number, rate: (index: number) => number) =>
    Array.from({ length: number }, (_, index) => block(index, { pointsPerSecond: rate(index) }));

  it("turns points a second into a month, scaled to the interval in production", () => {
    const arm = { blocks: blocks(8, () => 100), hosts: 1, rateScale: 5 / 15 };
    const [cost] = priceArm(arm, [book("signoz-cloud")], false);
    // 100 points a second every 5 s are 33.3 every 15 s: 86.4 million a month at $0.10.
    expect(cost?.monthly).to.be.closeTo(8.64, 1e-9);
    expect(cost).to.include({ low: cost?.monthly, high: cost?.monthly });
  });

  it("does not scale series", () => {
    const arm = (rateScale: number) => ({ blocks: blocks(8, () => 1), hosts: 1, rateScale });
    const cost = (rateScale: number) => priceArm(arm(rateScale), [book("datadog-custom-metrics")], false)[0]?.monthly;
    expect(cost(0.1)).to.equal(cost(1));
    expect(cost(1)).to.be.closeTo(50, 1);
  });

  it("gives the jackknife's interval, for a mean the usual one", () => {
    const rates = [90, 110, 95, 105, 100, 100, 80, 120];
    const [cost] = priceArm(
      { blocks: blocks(8, (index) => rates[index] ?? 0), hosts: 1, rateScale: 1 },
      [book("signoz-cloud")],
      false,
    );
    const spread = Math.sqrt(rates.reduce((sum, rate) => sum + (rate - 100) ** 2, 0) / 7 / 8);
    const perPoint = (30 * 86_400 * 0.1) / 1e6;
    expect(cost?.monthly).to.be.closeTo(100 * perPoint, 1e-9);
    expect(cost?.high).to.be.closeTo((100 + 2 * spread) * perPoint, 1e-9);
    expect(cost?.low).to.be.closeTo((100 - 2 * spread) * perPoint, 1e-9);
  });

  it("knows no interval from one block", () => {
    const [cost] = priceArm({ blocks: blocks(1, () => 100), hosts: 1, rateScale: 1 }, [book("signoz-cloud")], false);
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

describe("the windows that are priced", () => {
  it("are those that every arm of the host delivered, after the warm-up", () => {
    const all = [0, 1, 2, 3].flatMap((index) =>
      ["baseline", "candidate"].map((variant) =>
        window({ variant, startMs: index * 5000, usable: !(variant === "candidate" && index === 2) }),
      ),
    );
    expect(selectComparable(all, 1).map(({ variant, startMs }) => [variant, startMs])).to.deep.equal([
      ["baseline", 5000],
      ["candidate", 5000],
      ["baseline", 15_000],
      ["candidate", 15_000],
    ]);
  });

  it("show the scrape interval, though one scrape slips into the next window", () => {
    const steady = Array.from({ length: 5 }, () => window({}));
    const slipped = [window({ activeSeries: 0, dataPoints: 0 }), window({ dataPoints: 2000 })];
    expect(measuredIntervalSeconds([...steady, ...slipped])).to.equal(5);
    expect(measuredIntervalSeconds([window({ lengthMs: 60_000, dataPoints: 4000 })])).to.equal(15);
    expect(measuredIntervalSeconds([])).to.be.NaN;
  });

  it("become blocks whose rate does not fall when a host is missing", () => {
    const windows = [
      window({ startMs: 0 }),
      window({ startMs: 5000 }),
      window({ startMs: 0, hostId: "h2", dataPoints: 3000 }),
    ];
    const builder = createUsageBuilder(windows, 5000);
    builder.addSketch(window({ startMs: 0 }), sketchOf(0, 1000));
    builder.addSketch(window({ startMs: 0, hostId: "h2" }), sketchOf(500, 1500));
    builder.addSketch(window({ startMs: 99_000 }), sketchOf(0, 50_000));
    const blocks = builder.blocks();
    expect(blocks.map((each) => each.pointsPerSecond)).to.deep.equal([800, 400]);
    expect((blocks[0]?.series.estimate() ?? 0) / 1500).to.be.closeTo(1, 0.03);
    expect(builder.hosts).to.equal(2);
  });

  it("make at most a thousand blocks", () => {
    const ends = [window({ startMs: 0 }), window({ startMs: 100_000_000 })];
    expect(boundedBlockMs(ends, 10_000)).to.equal(100_000);
    expect(boundedBlockMs([window({})], 10_000)).to.equal(10_000);
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
      ofFormulas: ["A vendor's own."],
    }).join("\n");
    for (const words of [
      "marginal",
      "every 5.0 s",
      "every 60.0 s",
      "3 windows have no readable sketch",
      "A vendor's own.",
    ]) {
      expect(sentences).to.contain(words);
    }
  });
});
