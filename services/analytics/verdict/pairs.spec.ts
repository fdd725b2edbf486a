import { expect } from "chai";
import { isCoherent, judgePair } from "./pairs.ts";
import type { MeasuredWindow } from "./panel.ts";
import { dayMs, healthyWindow } from "./synthetic-panel.ts";

const well = healthyWindow(dayMs, 100);
const down: Partial<MeasuredWindow> = { up: false, activeSeries: 0, dataPoints: 0, metricNames: 0, otlpBytes: 0 };
const silent: Partial<MeasuredWindow> = { activeSeries: 0, dataPoints: 0, metricNames: 0, otlpBytes: 0 };

const judge = (
  baseline: Partial<MeasuredWindow> | null,
  candidate: Partial<MeasuredWindow> | null,
  before?: Partial<MeasuredWindow>,
) => {
  const windows = (over: Partial<MeasuredWindow> | null) =>
    over === null ? [] : [[dayMs, { ...well, ...over }] as const];
  const earlier = before ? [[dayMs - 5000, { ...well, startMs: dayMs - 5000, ...before }] as const] : [];
  const theirs = new Map([...earlier, ...windows(candidate)]);
  return judgePair(
    { hostId: "h", baseline: new Map(windows(baseline)), candidate: theirs, candidateStarts: [...theirs.keys()] },
    dayMs,
  );
};

describe("judging a pair of windows", () => {
  it("counts it when both arms delivered it and ran through it", () => {
    expect(judge({}, {})).to.include({ fate: "pair", fault: null, baselineLost: false, candidateLost: false });
  });

  it("blames the candidate for its own faults while the baseline is well", () => {
    expect(judge({}, down)).to.include({ fate: "fault", fault: "down" });
    expect(judge({}, { restarts: 1 })).to.include({ fate: "fault", fault: "restarted" });
    expect(judge({}, silent)).to.include({ fate: "fault", fault: "silent" });
    expect(judge({}, { droppedPoints: 3 })).to.include({ fate: "fault", fault: "dropping" });
    expect(judge({}, { rejectedRequests: 1 })).to.include({ fate: "fault", fault: "dropping" });
  });

  it("blames the candidate for silence that follows its own end, and nobody else's", () => {
    expect(judge({}, null, down)).to.include({ fate: "fault", fault: "down" });
    expect(judge({}, null, {})).to.include({ fate: "lost", candidateLost: true });
    expect(judge({}, null)).to.include({ fate: "lost", candidateLost: true });
  });

  it("blames the host for what strikes both arms", () => {
    expect(judge(down, down)).to.include({ fate: "lost", fault: null, baselineLost: true, candidateLost: true });
    expect(judge(null, down)).to.include({ fate: "lost", baselineLost: true });
    expect(judge(null, null)).to.include({ fate: "lost" });
  });

  it("loses a pair whose baseline is missing, restarted, silent or not watched", () => {
    for (const baseline of [null, { restarts: 1 }, silent, { complete: false }]) {
      expect(judge(baseline, {})).to.include({ fate: "lost", baselineLost: true, candidateLost: false });
    }
  });

  it("loses a pair that the agent did not watch, whatever else it says", () => {
    expect(judge({}, { ...down, complete: false })).to.include({ fate: "lost", fault: null });
  });

  it("trusts no numbers that contradict each other", () => {
    expect(isCoherent(well)).to.equal(true);
    expect(isCoherent({ ...well, ...silent })).to.equal(true);
    for (const wrong of [
      { cpuSeconds: NaN },
      { cpuSeconds: Infinity },
      { rssBytes: -1 },
      { activeSeries: 0 },
      { activeSeries: 101 },
      { metricNames: 101 },
      { otlpBytes: 0 },
    ]) {
      expect(isCoherent({ ...well, ...wrong }), JSON.stringify(wrong)).to.equal(false);
      expect(judge({}, wrong)).to.include({ fate: "lost" });
    }
  });
});
