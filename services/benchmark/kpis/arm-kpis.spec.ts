import { expect } from "chai";
import { calculateFigures, type StoredWindow } from "./index.ts";

const window = (over: Partial<StoredWindow>): StoredWindow => ({
  hostId: "h1",
  variant: "baseline",
  startMs: 0,
  windowSeconds: 5,
  activeSeries: 100,
  dataPoints: 100,
  metricNames: 10,
  otlpBytes: 1000,
  requests: 2,
  rejectedRequests: 0,
  droppedPoints: 0,
  cpuSeconds: 0.05,
  rssBytes: 1000,
  restarts: 0,
  up: true,
  complete: true,
  incompleteReason: "",
  configDigest: "d",
  clockOffsetMs: 0,
  mustKeep: [],
  ...over,
});

describe("the key figures of an arm", () => {
  it("add counts and rates up over hosts, and average CPU and memory", () => {
    const [figures] = calculateFigures(
      [
        window({ activeSeries: 100 }),
        window({ activeSeries: 300, startMs: 5000, dataPoints: 300 }),
        window({ hostId: "h2", activeSeries: 50, cpuSeconds: 0.15, rssBytes: 4000, metricNames: 4 }),
      ],
      0,
    );
    expect(figures).to.deep.equal({
      variant: "baseline",
      hosts: 2,
      windows: 3,
      activeSeriesMean: 250,
      dataPointsPerSecond: 60,
      ingestPointsPerSecond: 60,
      otlpBytesPerSecond: 400,
      metricNamesMean: 8,
      collectorCpuRatio: 0.02,
      collectorRssBytesMean: 2000,
      retentionRatio: 1,
      healthyRatio: 1,
      droppedPoints: 0,
      collectorRestarts: 0,
    });
  });

  it("throw the warm-up of each arm away", () => {
    const late = [2, 3, 4].map((index) => window({ variant: "candidate", startMs: index * 5000, activeSeries: index }));
    const early = [0, 1, 2].map((index) => window({ startMs: index * 5000, activeSeries: index }));
    const means = calculateFigures([...late, ...early], 2).map(({ variant, activeSeriesMean }) => [
      variant,
      activeSeriesMean,
    ]);
    expect(means).to.deep.equal([
      ["baseline", 2],
      ["candidate", 4],
    ]);
  });

  it("count only what the agent watched, but every drop and restart", () => {
    const [figures] = calculateFigures(
      [window({}), window({ startMs: 5000, complete: false, activeSeries: 9999, droppedPoints: 7, restarts: 2 })],
      0,
    );
    expect(figures).to.include({ windows: 1, activeSeriesMean: 100, droppedPoints: 7, collectorRestarts: 2 });
  });

  it("take retention from what the oracle saw", () => {
    const sighting = (oracleSeen: boolean, reported: boolean) => ({
      expression: "x",
      processName: "x",
      oracleSeen,
      reported,
    });
    const mustKeep = [sighting(true, true), sighting(true, false), sighting(false, true), sighting(true, true)];
    expect(calculateFigures([window({ mustKeep })], 0)[0]?.retentionRatio).to.be.closeTo(2 / 3, 1e-12);
  });

  it("are none for no windows", () => {
    expect(calculateFigures([], 4)).to.deep.equal([]);
    expect(calculateFigures([window({ complete: false })], 0)[0]).to.include({
      hosts: 0,
      windows: 0,
      collectorCpuRatio: 0,
    });
  });
});
