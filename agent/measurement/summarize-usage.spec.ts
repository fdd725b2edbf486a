import { expect } from "chai";
import { summarizeUsage, type UsageSample } from "./summarize-usage.ts";

const process = { pid: 7, startTicks: 70, cpuSeconds: 0, rssBytes: 100 };
const at = (atMs: number, over: Partial<typeof process> | null = {}, restarts = 0): UsageSample => ({
  atMs,
  process: over === null ? null : { ...process, cpuSeconds: atMs / 10_000, ...over },
  restarts,
});
const summarize = (...samples: UsageSample[]) => summarizeUsage(samples, 10_000, 5_000);

describe("what a collector used in a window", () => {
  it("is the CPU between its edges and the largest memory in it", () => {
    const usage = summarize(
      at(9_000),
      at(10_001),
      at(12_500, { rssBytes: 900 }),
      at(15_002),
      at(16_000, { rssBytes: 5_000 }),
    );
    expect(usage.cpuSeconds).to.be.closeTo(0.5001, 1e-9);
    expect(usage).to.include({ rssBytes: 900, restarts: 0, up: true, incompleteReason: "" });
  });

  it("is not known when nobody looked at an edge", () => {
    expect(summarize(at(10_000), at(14_000)).incompleteReason).to.contain("did not look");
    expect(summarize(at(11_000), at(15_000)).incompleteReason).to.contain("did not look");
    expect(summarize().incompleteReason).to.contain("did not look");
  });

  it("says when the collector was not there all the time", () => {
    for (const usage of [
      summarize(at(10_000, null), at(12_500), at(15_000)),
      summarize(at(10_000), at(12_500, null), at(15_000)),
      summarize(at(10_000), at(12_500), at(15_000, null)),
    ]) {
      expect(usage, "a fault of the collector, not of the measurement").to.include({ up: false, incompleteReason: "" });
    }
  });

  it("says when another process took its place, even under the same pid", () => {
    const usage = summarize(at(10_000), at(15_000, { startTicks: 71 }, 1));
    expect(usage).to.include({ up: false, restarts: 1, incompleteReason: "" });
    expect(usage.cpuSeconds).to.be.at.least(0);
  });

  it("counts no restart when the counter began anew", () => {
    expect(summarize(at(10_000, {}, 3), at(15_000, {}, 0)).restarts).to.equal(0);
  });
});
