import { expect } from "chai";
import fc from "fast-check";
import { decideRestart, type ProcessEnd, defaultRestartPolicy as policy } from "./decide-restart.ts";

describe("the decision after an end", () => {
  const end = (atMs: number, healthyForMs = 0): ProcessEnd => ({ atMs, healthyForMs });
  const waits = (history: ProcessEnd[], random: number) =>
    decideRestart(history, policy, history.at(-1)?.atMs ?? 0, () => random);

  it("starts again after half a second to a second the first time", () => {
    expect(waits([end(0)], 0)).to.deep.equal({ restart: true, delayMs: 500 });
    expect(waits([end(0)], 0.999)).to.deep.equal({ restart: true, delayMs: 999 });
  });

  it("waits up to twice as long each time, and never longer than 30 s", () => {
    const history = Array.from({ length: 12 }, (_, index) => end(index * 100_000));
    const delays = history.map((_, index) => waits(history.slice(0, index + 1), 1));
    expect(delays.map((one) => one.restart && one.delayMs)).to.deep.equal([
      1_000, 1_500, 2_500, 4_500, 8_500, 16_500, 30_000, 30_000, 30_000, 30_000, 30_000, 30_000,
    ]);
  });

  it("gives up after five ends within two minutes", () => {
    const history = [0, 10_000, 20_000, 30_000, 119_999].map((atMs) => end(atMs));
    expect(waits(history.slice(0, 4), 0)).to.include({ restart: true });
    expect(waits(history, 0)).to.deep.equal({ restart: false, ends: 5 });
  });

  it("goes on when the five ends took two minutes", () => {
    const history = [0, 10_000, 20_000, 30_000, 120_000].map((atMs) => end(atMs));
    expect(waits(history, 0)).to.include({ restart: true });
  });

  it("forgives all before a healthy minute", () => {
    const history = [...[0, 1_000, 2_000, 3_000].map((atMs) => end(atMs)), end(64_000, 60_000)];
    expect(waits(history, 0)).to.deep.equal({ restart: true, delayMs: 500 });
    const almost = [...history.slice(0, 4), end(64_000, 59_999)];
    expect(waits(almost, 0)).to.deep.equal({ restart: false, ends: 5 });
  });

  it("always waits between the policy's bounds, whatever happened", () => {
    const ends = fc.array(fc.record({ atMs: fc.nat(1_000_000), healthyForMs: fc.nat(200_000) }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(ends, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (history, random) => {
        const sorted = history.toSorted((one, other) => one.atMs - other.atMs);
        const decision = decideRestart(sorted, policy, sorted.at(-1)?.atMs ?? 0, () => random);
        if (decision.restart) return decision.delayMs >= policy.baseMs && decision.delayMs <= policy.maxMs;
        return decision.ends >= policy.crashLoopEnds;
      }),
    );
  });
});
