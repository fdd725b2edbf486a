import { expect } from "chai";
import fc from "fast-check";
import type { MeasuredWindow } from "../verdict/index.ts";
import { type HostHistory, measureRealised, type RealisedInput } from "./index.ts";

const windowMs = 60_000;
const startMs = Date.UTC(2026, 10, 20, 12);

function whole(at: number, activeSeries: number, over: Partial<MeasuredWindow> = {}): MeasuredWindow {
  return {
    startMs: at,
    lengthMs: windowMs,
    activeSeries,
    dataPoints: activeSeries,
    metricNames: 1,
    otlpBytes: activeSeries * 100,
    cpuSeconds: 0.1,
    rssBytes: 1e8,
    restarts: 0,
    up: true,
    complete: true,
    droppedPoints: 0,
    rejectedRequests: 0,
    configDigest: "",
    clockOffsetMs: 0,
    sightings: [],
    ...over,
  };
}

/** A host of `level` series that sends `share` of them, times the load of the minute, after the promotion. */
function host(
  hostId: string,
  level: number,
  share: number,
  load: (minute: number) => number,
  windows = 60,
): HostHistory {
  return {
    hostId,
    before: Array.from({ length: 30 }, (_, index) => whole(startMs - (40 - index) * windowMs, level)),
    after: Array.from({ length: windows }, (_, index) =>
      whole(startMs + index * windowMs, Math.max(1, Math.round(level * share * load(index)))),
    ),
  };
}

const flat = () => 1;
const measure = (over: Partial<RealisedInput> = {}) =>
  measureRealised({
    windowMs,
    blockWindows: 5,
    alpha: 0.05,
    g: 1.3,
    startMs,
    promoted: ["a", "b", "c"].map((id) => host(id, 10_000, 0.3, flat)),
    heldBack: ["x", "y", "z"].map((id) => host(id, 8000, 1, flat)),
    promised: { estimate: 0.7, low: 0.65, high: 0.75 },
    ...over,
  });

describe("what a promotion really saves", () => {
  it("is the change of promoted hosts less that of hosts held back", () => {
    const saving = measure();
    expect(saving.realised.estimate).to.be.closeTo(0.7, 1e-3);
    expect(saving).to.include({ blocks: 12, promotedHosts: 3, heldBackHosts: 3, scope: "hosts like these" });
    expect(saving.detail).to.match(
      /^The promoted hosts send 70\.0 % fewer series \(between .*\) than the hosts held back, in keeping with the promise/,
    );
  });

  it("does not take a load that rises everywhere for a loss", () => {
    const rising = (minute: number) => 1 + Math.floor(minute / 5) / 10;
    const saving = measure({
      promoted: ["a", "b", "c"].map((id) => host(id, 10_000, 0.3, rising)),
      heldBack: ["x", "y", "z"].map((id) => host(id, 8000, 1, rising)),
    });
    expect(saving.realised.estimate).to.be.closeTo(0.7, 1e-3);
    expect(saving.realised.high - saving.realised.low).to.be.lessThan(0.05);
  });

  it("says when surely less, or surely more, than promised is saved", () => {
    expect(measure({ promised: { estimate: 0.9, low: 0.85, high: 0.92 } }).detail).to.contain(
      "surely less than promised",
    );
    expect(measure({ promised: { estimate: 0.3, low: 0.25, high: 0.35 } }).detail).to.contain(
      "surely more than promised",
    );
    expect(measure({ promised: null }).detail).to.not.contain("promise");
  });

  it("has infinite ends, and says why, while there is too little", () => {
    for (const [over, words] of [
      [{ heldBack: [] }, "no host that was held back"],
      [{ promoted: [] }, "no promoted host"],
      [{ promoted: [{ ...host("a", 100, 0.3, flat), before: [] }] }, "no promoted host"],
      [{ startMs: startMs + 50 * windowMs }, "2 blocks since the promotion are too few"],
      [{ startMs: startMs + 100 * windowMs }, "no promoted host"],
    ] as [Partial<RealisedInput>, string][]) {
      const { realised, detail } = measure(over);
      expect(realised.low).to.equal(-Infinity);
      expect(realised.high).to.equal(1);
      expect(detail.toLowerCase()).to.contain(words);
    }
  });

  it("speaks of these hosts only where a group has fewer than three", () => {
    const saving = measure({ heldBack: [host("x", 8000, 1, flat)] });
    expect(saving.scope).to.equal("these hosts only");
    expect(saving.detail).to.contain("3 promoted hosts and 1 held back").and.contain("these hosts only");
    expect(Number.isFinite(saving.realised.low)).to.equal(true);
  });

  it("counts windows that were whole, and no silence for a saving", () => {
    const promoted = host("a", 1000, 0.5, flat);
    const after = promoted.after.map((window, index) => {
      const block = Math.floor(index / 5);
      if (block === 3) return whole(window.startMs, 0, { dataPoints: 0, metricNames: 0, otlpBytes: 0 });
      if (block === 5) return { ...window, complete: false };
      return block === 7 ? { ...window, up: false } : window;
    });
    const saving = measure({ promoted: [{ ...promoted, after }] });
    expect(saving.blocks).to.equal(9);
    expect(saving.realised.estimate).to.be.closeTo(0.5, 2e-3);
  });

  it("is wider where neighbouring blocks remember each other", () => {
    const width = (order: (block: number) => number): number => {
      const load = (minute: number) => 1 + 0.05 * order(Math.floor(minute / 5));
      const { realised } = measure({ promoted: [host("a", 1e5, 0.5, load)], heldBack: [host("x", 1e5, 1, flat)] });
      return realised.high - realised.low;
    };
    // The same twelve values, in turns or in two halves.
    expect(width((block) => (block < 6 ? 1 : -1))).to.be.greaterThan(2 * width((block) => (block % 2 === 0 ? 1 : -1)));
  });
});

describe("the realised saving, whatever the fleet", () => {
  const level = fc.integer({ min: 1000, max: 100_000 });
  const share = fc.double({ min: 0.1, max: 2, noNaN: true });
  const group = (prefix: string) =>
    fc
      .array(fc.record({ level, share }), { minLength: 1, maxLength: 5 })
      .map((hosts) => hosts.map((each, index) => host(`${prefix}${index}`, each.level, each.share, flat, 30)));

  it("turns its sign on the log scale when the groups change places", () => {
    fc.assert(
      fc.property(group("p"), group("h"), (promoted, heldBack) => {
        const one = measure({ promoted, heldBack }).realised.estimate;
        const other = measure({ promoted: heldBack, heldBack: promoted }).realised.estimate;
        expect(Math.log1p(-one)).to.be.closeTo(-Math.log1p(-other), 1e-9);
      }),
      { numRuns: 50 },
    );
  });

  it("does not depend on the order of hosts or windows", () => {
    fc.assert(
      fc.property(group("p"), group("h"), (promoted, heldBack) => {
        const turned = (hosts: readonly HostHistory[]) =>
          hosts
            .map((each) => ({ ...each, after: [...each.after].reverse(), before: [...each.before].reverse() }))
            .reverse();
        const straight = measure({ promoted, heldBack });
        const other = measure({ promoted: turned(promoted), heldBack: turned(heldBack) });
        expect(other.realised.low).to.be.closeTo(straight.realised.low, 1e-9);
        expect(other).to.include({ blocks: straight.blocks, scope: straight.scope });
      }),
      { numRuns: 50 },
    );
  });

  it("never has an estimate outside its interval, nor a number that is none", () => {
    const odd = fc.constantFrom(NaN, -1, Infinity, 0);
    fc.assert(
      fc.property(group("p"), group("h"), odd, (promoted, heldBack, activeSeries) => {
        const spoiled = promoted.map((each) => ({
          ...each,
          after: each.after.map((window, index) => (index % 7 === 0 ? { ...window, activeSeries } : window)),
        }));
        const { estimate, low, high } = measure({ promoted: spoiled, heldBack }).realised;
        expect(low).to.be.at.most(estimate);
        expect(high).to.be.at.least(estimate);
      }),
      { numRuns: 50 },
    );
  });
});
