import { expect } from "chai";
import { cutBlocks } from "./blocks.ts";
import { buildTimelines } from "./panel.ts";
import { dayMs, healthyWindow, type SyntheticExperiment, syntheticInput } from "./synthetic-panel.ts";

const cut = (made: SyntheticExperiment, final = false) => {
  const input = syntheticInput(made);
  return cutBlocks(buildTimelines({ ...input, windowMs: input.plan.windowMs }), input.plan, { final });
};

describe("cutting windows into blocks", () => {
  it("throws the warm-up away and drops a trailing partial block", () => {
    const { closed, measuredFromMs } = cut({ windows: 4 + 2 * 3 + 1 });
    expect(measuredFromMs).to.equal(dayMs + 4 * 5000);
    expect(closed.map((block) => block.startMs)).to.deep.equal(
      [0, 1, 2].map((block) => measuredFromMs + block * 10_000),
    );
  });

  it("aligns blocks to the wall clock, not to the first window", () => {
    const late = (startMs: number, index: number) => (index === 0 ? null : healthyWindow(startMs, 10));
    const { closed } = cut({ windows: 12, baseline: late, candidate: late });
    // Warm-up would end at window 5; the next block of two windows on the clock's grid begins at window 6.
    expect(closed[0]?.startMs).to.equal(dayMs + 6 * 5000);
  });

  it("counts the warm-up from when the last arm began", () => {
    const late = (startMs: number, index: number) => (index < 6 ? null : healthyWindow(startMs, 10));
    expect(cut({ windows: 30, candidate: late }).measuredFromMs).to.equal(dayMs + 10 * 5000);
  });

  it("waits for a straggler, but not for ever", () => {
    const stopsAt = (limit: number) => (startMs: number, index: number) =>
      index < limit ? healthyWindow(startMs, 10) : null;
    expect(cut({ windows: 8, candidate: stopsAt(7) }).closed).to.have.length(1);
    expect(cut({ windows: 11, candidate: stopsAt(7) }).closed).to.have.length(2);
    expect(cut({ windows: 8, candidate: stopsAt(7) }, true).closed).to.have.length(2);
  });

  it("has no block before both arms deliver, nor more than planned", () => {
    expect(cut({ windows: 0 }).closed).to.deep.equal([]);
    expect(cut({ windows: 40, plan: { maximumBlocks: 5 } }).closed).to.have.length(5);
  });

  it("does not take windows of another length or off the grid", () => {
    const odd = (startMs: number) => healthyWindow(startMs + 1, 10);
    const long = (startMs: number) => healthyWindow(startMs, 10, { lengthMs: 10_000 });
    for (const candidate of [odd, long]) {
      const { closed } = cut({ windows: 12, candidate }, true);
      expect(closed.flatMap((block) => block.windows.map((window) => window.fate)))
        .to.include("lost")
        .and.not.include("pair");
    }
  });
});
