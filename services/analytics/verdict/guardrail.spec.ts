import { expect } from "chai";
import { enough, healthyWindow, judge, sends } from "./synthetic-panel.ts";

describe("the guardrails", () => {
  const heavier = {
    windows: enough,
    baseline: sends(1000, { cpuSeconds: 0.5 }),
    candidate: sends(300, { cpuSeconds: 0.8 }),
  };

  it("reject a candidate whose overhead surely grows beyond the margin", () => {
    const verdict = judge(heavier);
    expect(verdict.decision).to.equal("reject");
    expect(verdict.reason).to.contain("59.9 % more CPU");
  });

  it("hold for a growth of next to nothing", () => {
    const verdict = judge({
      windows: enough,
      baseline: sends(1000, { cpuSeconds: 0 }),
      candidate: sends(300, { cpuSeconds: 0.06 }),
    });
    expect(verdict.decision).to.equal("promote");
    const cpu = verdict.effects.find((effect) => effect.kpi === "collector-cpu");
    expect(cpu?.guardrailHolds).to.equal(true);
    expect(cpu?.logRatio.estimate).to.be.closeTo(Math.log(60.5 / 0.5), 1e-9);
    expect(cpu?.candidateMean).to.be.closeTo(0.012, 1e-9);
  });

  it("neither promote nor reject while the growth is not sure", () => {
    const noisy = (startMs: number, index: number) =>
      healthyWindow(startMs, 300, { cpuSeconds: Math.floor(index / 2) % 2 === 0 ? 0.2 : 1.2 });
    const verdict = judge({ ...heavier, candidate: noisy });
    expect(verdict.decision).to.equal("continue");
    expect(verdict.reason).to.contain("CPU");
  });
});
