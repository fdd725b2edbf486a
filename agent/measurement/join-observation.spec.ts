import { timestampMs } from "@bufbuild/protobuf/wkt";
import { compileExpression } from "@phoenix/platform/expression";
import { expect } from "chai";
import type { TapContributors } from "../tap/index.ts";
import { joinObservation, type WindowFacts } from "./join-observation.ts";

const facts = (over: Partial<WindowFacts> = {}): WindowFacts => ({
  experimentId: "e",
  variant: "candidate",
  configDigest: "d",
  mustKeep: ["nginx", "pay-.*"].map((text) => compileExpression(text)),
  tap: {
    startMs: 60_000,
    windowMs: 5_000,
    activeSeries: 11,
    dataPoints: 22,
    metricNames: 3,
    otlpBytes: 444,
    requests: 2,
    lastRequestMs: 0,
    rejectedRequests: 1,
    sketch: new Uint8Array([1]),
    reportedProcessNames: new Set(["nginx", "pay-2"]),
    contributors: undefined,
    openedLate: false,
    incompleteReason: "",
  },
  usage: { cpuSeconds: 0.25, rssBytes: 1e6, restarts: 0, up: true, incompleteReason: "" },
  oracle: {
    startMs: 60_000,
    windowMs: 5_000,
    scans: 2,
    mustBeReported: [
      { expression: "nginx", processName: "nginx" },
      { expression: "pay-.*", processName: "pay-1" },
    ],
    incompleteReason: "",
  },
  droppedPoints: 5,
  clockOffsetMs: -3,
  disturbance: "",
  ...over,
});

describe("the observation of a window", () => {
  it("has what tap, process and oracle say", () => {
    const { measurement, ...observation } = joinObservation(facts());
    expect(observation).to.include({ experimentId: "e", variant: "candidate", hostId: "" });
    expect(timestampMs(measurement!.windowStart!)).to.equal(60_000);
    expect(measurement).to.include({
      windowSeconds: 5,
      activeSeries: 11n,
      dataPoints: 22n,
      metricNames: 3n,
      otlpBytes: 444n,
      requests: 2n,
      rejectedRequests: 1n,
      collectorCpuSeconds: 0.25,
      collectorRssBytes: 1_000_000n,
      collectorUp: true,
      droppedPoints: 5n,
      clockOffsetMs: -3n,
      complete: true,
      incompleteReason: "",
    });
  });

  it("says where the series come from in a window in which it was counted, and nothing of it in others", () => {
    expect(joinObservation(facts()).measurement?.contributors).to.equal(undefined);
    const contributors: TapContributors = {
      metrics: [{ name: "process.cpu.time", series: 9, distinctValues: 0 }],
      attributes: [{ name: "resource.process.pid", series: 11, distinctValues: 3 }],
      caveat: "",
    };
    const counted = joinObservation(facts({ tap: { ...facts().tap, contributors } })).measurement?.contributors;
    expect(counted?.metrics[0]).to.include({ name: "process.cpu.time", series: 9n, distinctValues: 0n });
    expect(counted?.attributes[0]).to.include({ name: "resource.process.pid", series: 11n, distinctValues: 3n });
  });

  it("tells of each must-keep process who saw it", () => {
    const seen = joinObservation(facts()).measurement!.mustKeep.map((sighting) => [
      sighting.expression,
      sighting.processName,
      sighting.oracleSeen,
      sighting.reported,
    ]);
    expect(seen).to.deep.equal([
      ["nginx", "nginx", true, true],
      ["pay-.*", "pay-1", true, false],
      ["pay-.*", "pay-2", false, true],
    ]);
  });

  it("is not complete for any of four reasons, and gives the first", () => {
    const { tap, usage, oracle } = facts();
    const reasons: Partial<WindowFacts>[] = [
      { disturbance: "why" },
      { tap: { ...tap, incompleteReason: "why" } },
      { usage: { ...usage, incompleteReason: "why" } },
      { oracle: { ...oracle!, incompleteReason: "why" } },
    ];
    for (const reason of reasons) {
      expect(joinObservation(facts(reason)).measurement).to.include({ complete: false, incompleteReason: "why" });
    }
    const both = facts({ disturbance: "first", tap: { ...tap, incompleteReason: "second" } });
    expect(joinObservation(both).measurement?.incompleteReason).to.equal("first");
  });

  it("stays within what the contract carries", () => {
    const many = new Set(Array.from({ length: 12_000 }, (_, n) => `pay-${n}`));
    const { tap } = facts();
    const { measurement } = joinObservation(
      facts({ tap: { ...tap, reportedProcessNames: many, incompleteReason: "x".repeat(999) } }),
    );
    expect(measurement?.mustKeep).to.have.length(10_000);
    expect(measurement?.incompleteReason).to.have.length(256);
  });
});
