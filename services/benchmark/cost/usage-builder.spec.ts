import { expect } from "chai";
import { distinctSeries } from "../testing/made-experiment.ts";
import { boundedBlockMs, type ComparedWindow, createUsageBuilder, measuredIntervalSeconds } from "./index.ts";

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
    builder.addSketch(0, distinctSeries(0, 1500));
    builder.addSketch(99_000, distinctSeries(0, 50_000));
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
