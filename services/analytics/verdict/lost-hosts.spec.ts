import { expect } from "chai";
import fc from "fast-check";
import type { MeasuredWindow } from "./panel.ts";
import { dayMs, enough, healthyWindow, judge, quickPlan, type SyntheticExperiment } from "./synthetic-panel.ts";

const fleet = (size: number): string[] => Array.from({ length: size }, (_, index) => `h${index + 1}`);

/** An arm that says nothing of host h1 from one window to another. */
const silent =
  (series: number, from: number, to = Infinity) =>
  (startMs: number, index: number, hostId: string): MeasuredWindow | null =>
    hostId === "h1" && index >= from && index < to ? null : healthyWindow(startMs, series);
const vanishing = (size: number, from: number, to?: number): SyntheticExperiment => ({
  hosts: fleet(size),
  windows: enough + 12,
  baseline: silent(1000, from, to),
  candidate: silent(300, from, to),
});

describe("a host whose agent vanishes", () => {
  it("ends the experiment unhealthy where it is more than a tenth of the hosts", () => {
    for (const size of [1, 2, 3, 9]) {
      const made = vanishing(size, 10);
      // One host alone: only the end tells silence from a server that was away.
      const end = size === 1 ? { final: true, endedMs: dayMs + made.windows * quickPlan.windowMs } : {};
      const verdict = judge(made, end);
      expect(verdict.decision, `${size} hosts`).to.equal("unhealthy");
      expect(verdict.reason).to.match(/window pairs are missing.*nothing came from h1/);
    }
  });

  it("is gone on without where it is a tenth of the hosts or less, and the assurance says so", () => {
    for (const size of [10, 20]) {
      const verdict = judge(vanishing(size, 10));
      expect(verdict.decision, `${size} hosts`).to.equal("promote");
      expect(verdict.assurance.reasons).to.include("more than 10.0 % of the windows are missing of 1 host, h1 first");
    }
  });

  it("does not spoil the experiment when it is back within two blocks", () => {
    const verdict = judge(vanishing(3, 10, 14));
    expect(verdict).to.include({ decision: "promote", lostWindows: 12 });
  });

  it("leaves the answer open while all hosts are silent: they deliver later what they kept", () => {
    const made = vanishing(1, 12);
    expect(judge(made).decision).to.equal("continue");
    const back = { hosts: fleet(1), windows: enough };
    expect(judge(back).decision).to.equal("promote");
  });

  it("does not make the end unhealthy because its last window is under way", () => {
    const made = { hosts: fleet(3), windows: enough - 2 };
    const endedMs = dayMs + (made.windows + 2) * quickPlan.windowMs - 1;
    expect(judge(made, { final: true, endedMs }).decision).to.equal("inconclusive");
  });

  it("is never promoted by its absence, whenever and in whatever fleet of under ten it happens", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: enough - 2 }),
        fc.boolean(),
        fc.constantFrom("typical-host", "fleet-total"),
        (size, from, final, estimator) => {
          const made = vanishing(size, from);
          const verdict = judge({ ...made, plan: { estimator } }, { final });
          expect(verdict.decision).to.not.equal("promote");
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("a candidate that breaks", () => {
  const down: Partial<MeasuredWindow> = { up: false, activeSeries: 0, dataPoints: 0, metricNames: 0, otlpBytes: 0 };
  const broken = (over: (index: number) => Partial<MeasuredWindow> | null, onlyOn?: string): SyntheticExperiment => ({
    hosts: fleet(3),
    windows: enough + 12,
    candidate: (startMs, index, hostId) => {
      if (index < 6 || (onlyOn !== undefined && hostId !== onlyOn)) return healthyWindow(startMs, 300);
      const change = over(index);
      return change === null ? null : healthyWindow(startMs, 300, change);
    },
  });

  const ways: [title: string, over: (index: number) => Partial<MeasuredWindow> | null][] = [
    ["restarts in every window", () => ({ restarts: 1 })],
    ["is down in every other window and restarts in between", (index) => (index % 2 === 0 ? down : { restarts: 1 })],
    ["stays down after its last restart", (index) => (index < 9 ? { restarts: 2 } : down)],
    ["is down, and then nothing comes of it any more", (index) => (index < 8 ? down : null)],
    ["has not said what it runs when it is seen", () => ({ restarts: 1, configDigest: "" })],
    ["dies before it counts any CPU", () => ({ ...down, cpuSeconds: 0, rssBytes: 0, configDigest: "" })],
  ];
  for (const [title, over] of ways) {
    for (const onlyOn of [undefined, "h2"]) {
      it(`is rejected, not called unhealthy, when it ${title}${onlyOn === undefined ? "" : ", on one host of three"}`, () => {
        for (const mustKeep of [[], ["^postgres$", "^nginx$"]]) {
          const verdict = judge(broken(over, onlyOn), { mustKeep });
          expect(verdict.decision).to.equal("reject");
        }
      });
    }
  }

  it("is not blamed for a host that takes both arms down", () => {
    const struck = (series: number) => (startMs: number, index: number) =>
      healthyWindow(startMs, series, index >= 6 ? down : {});
    const verdict = judge({ hosts: fleet(3), windows: enough, baseline: struck(1000), candidate: struck(300) });
    expect(verdict.decision).to.equal("unhealthy");
  });

  it("never promotes, however it crashes in more than a tenth of the windows", () => {
    const crash = fc.constantFrom<Partial<MeasuredWindow>>(
      down,
      { restarts: 1 },
      { droppedPoints: 1 },
      { restarts: 5 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), crash, (every, over) => {
        const verdict = judge(broken((index) => (index % every === 0 ? over : {})));
        expect(verdict.decision).to.be.oneOf(["reject", "continue"]);
      }),
      { numRuns: 40 },
    );
  });
});
