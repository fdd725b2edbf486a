import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import type { OracleWindow } from "../oracle/index.ts";
import type { TapWindow } from "../tap/index.ts";
import { type PeriodFacts, type Reading, summarizeFigures } from "./summarize-figures.ts";

const periodMs = 30_000;
const startMs = 1_763_700_000_000;

const collector = { pid: 7, startTicks: 99, cpuSeconds: 1, rssBytes: 50e6 };
const before: Reading = {
  atMs: startMs + 300,
  process: collector,
  acceptedPoints: 4_000,
  deliveredMs: startMs - 9_000,
};
const after: Reading = {
  atMs: startMs + periodMs + 300,
  process: { ...collector, cpuSeconds: 1.6, rssBytes: 60e6 },
  acceptedPoints: 10_000,
  deliveredMs: startMs + 21_000,
};

const window = (index: number, over: Partial<TapWindow> = {}): TapWindow => ({
  startMs: startMs + index * 15_000,
  windowMs: 15_000,
  activeSeries: 1_000 + index,
  dataPoints: 1_200,
  metricNames: 9,
  otlpBytes: 1,
  requests: 2,
  lastRequestMs: 0,
  rejectedRequests: 0,
  sketch: new Uint8Array(),
  reportedProcessNames: new Set(),
  contributors: undefined,
  openedLate: false,
  incompleteReason: "",
  ...over,
});

const oracle = (...names: string[]): OracleWindow => ({
  startMs,
  windowMs: periodMs,
  scans: 2,
  mustBeReported: names.map((processName) => ({ expression: ".*", processName })),
  incompleteReason: "",
});

const summarize = (over: Partial<PeriodFacts> = {}) =>
  summarizeFigures({
    collectorId: "active",
    periodMs,
    intervalMs: null,
    before,
    after,
    windows: [window(0), window(1)],
    oracle: null,
    ...over,
  });

describe("the figures of a period", () => {
  it("are rates between deliveries, the most series of a scrape, and what the process used", () => {
    const { $typeName: _, cpuRatio, ...figures } = summarize()!;
    expect(figures).to.deep.equal({
      collectorId: "active",
      measureTime: timestampFromMs(startMs + periodMs),
      inputPointsPerSecond: 200,
      outputPointsPerSecond: 80,
      activeSeries: 1_001n,
      retentionRatio: -1,
      rssBytes: 60_000_000n,
    });
    expect(cpuRatio).to.be.closeTo(0.02, 1e-9);
  });

  it("are the same wherever in its windows a collector scrapes", () => {
    // Three scrapes between the readings instead of two, and as much more time between the deliveries.
    const later = { ...after, deliveredMs: startMs + 29_990, acceptedPoints: 4_000 + 9_000 };
    const sooner = { ...before, deliveredMs: startMs - 15_010 };
    const figures = summarize({ before: sooner, after: later, windows: [window(0, { dataPoints: 2_400 }), window(1)] });
    expect(figures?.inputPointsPerSecond).to.equal(200);
    expect(figures?.outputPointsPerSecond).to.equal(80);
  });

  it("count whole intervals where one is known, however late a scrape was", () => {
    const late = { ...after, deliveredMs: startMs + 23_500 };
    expect(summarize({ after: late })?.outputPointsPerSecond).to.be.below(75);
    expect(summarize({ after: late, intervalMs: 15_000 })?.outputPointsPerSecond).to.equal(80);
  });

  it("say that nothing came out, and over which time it went in", () => {
    const silent = [window(0, { dataPoints: 0, activeSeries: 0 }), window(1, { dataPoints: 0, activeSeries: 0 })];
    const figures = summarize({ windows: silent, after: { ...after, deliveredMs: before.deliveredMs } });
    expect(figures).to.include({ inputPointsPerSecond: 200, outputPointsPerSecond: 0, activeSeries: 0n });
  });

  it("hold the retention to the processes the oracle names, seen in any window", () => {
    const windows = [
      window(0, { reportedProcessNames: new Set(["nginx"]) }),
      window(1, { reportedProcessNames: new Set(["sshd", "other"]) }),
    ];
    expect(summarize({ windows, oracle: oracle("nginx", "sshd", "nginx") })?.retentionRatio).to.equal(1);
    expect(summarize({ windows, oracle: oracle("nginx", "sshd", "cron", "init") })?.retentionRatio).to.equal(0.5);
    expect(summarize({ windows, oracle: oracle() })?.retentionRatio).to.equal(-1);
    const blind = { ...oracle("cron"), incompleteReason: "no scan" };
    expect(summarize({ windows, oracle: blind })?.retentionRatio).to.equal(-1);
  });

  it("leave the input unknown when the collector does not say", () => {
    expect(summarize({ after: { ...after, acceptedPoints: null } })?.inputPointsPerSecond).to.equal(-1);
    expect(summarize({ after: { ...after, acceptedPoints: 3_999 } })?.inputPointsPerSecond).to.equal(-1);
  });

  it("are none of a period that was not one process's, or not measured whole", () => {
    expect(summarize({ after: { ...after, process: null } })).to.equal(null);
    expect(summarize({ after: { ...after, process: { ...collector, pid: 8 } } })).to.equal(null);
    expect(summarize({ after: { ...after, process: { ...collector, startTicks: 100 } } })).to.equal(null);
    expect(summarize({ windows: [window(1)] })).to.equal(null);
    expect(summarize({ windows: [window(0), window(1, { incompleteReason: "The clock went back." })] })).to.equal(null);
  });
});
