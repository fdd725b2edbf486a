import { expect } from "chai";
import fc from "fast-check";
import { planSteps } from "./plan-steps.ts";

const hosts = (count: number, away: readonly number[] = []) =>
  Array.from({ length: count }, (_, index) => ({ hostId: `h${index}`, ready: !away.includes(index) }));

/** Hosts of each step, the first step first. */
function sizes(count: number, canaryHosts: number, stepPercents: number[]): number[] {
  const { steps, order } = planSteps("d", hosts(count), { canaryHosts, stepPercents });
  return Array.from({ length: steps }, (_, index) => order.filter(({ step }) => step === index + 1).length);
}

describe("planning the steps of a roll-out", () => {
  it("takes the canary, then each share of the hosts, then the rest", () => {
    expect(sizes(1_000, 0, [25, 50, 100])).to.deep.equal([1, 249, 250, 500]);
    expect(sizes(10, 2, [50, 100])).to.deep.equal([2, 3, 5]);
    expect(sizes(3, 1, [25, 50, 100])).to.deep.equal([1, 1, 1]);
  });

  it("has no canary where there is one host, and no step where there is none", () => {
    expect(sizes(1, 0, [25, 50, 100])).to.deep.equal([1]);
    expect(sizes(0, 0, [25, 50, 100])).to.deep.equal([]);
    expect(sizes(2, 5, [25, 100])).to.deep.equal([2]);
  });

  it("puts hosts that are away last, whatever their hash", () => {
    const { order } = planSteps("d", hosts(6, [0, 1, 2]), { canaryHosts: 1, stepPercents: [50, 100] });
    expect(order.slice(3).map(({ hostId }) => hostId)).to.have.members(["h0", "h1", "h2"]);
  });

  it("gives every host one step, in steps without a gap, the same whoever asks", () => {
    const host = fc.record({ hostId: fc.string({ minLength: 1 }), ready: fc.boolean() });
    const rule = fc.record({
      canaryHosts: fc.integer({ min: 0, max: 20 }),
      stepPercents: fc.uniqueArray(fc.integer({ min: 1, max: 100 })).map((list) => list.toSorted((a, b) => a - b)),
    });
    const members = fc.uniqueArray(host, { selector: (one) => one.hostId, maxLength: 40 });
    fc.assert(
      fc.property(fc.string(), members, rule, (deploymentId, all, how) => {
        const { steps, order } = planSteps(deploymentId, all, how);
        expect(order.map((one) => one.hostId)).to.have.members(all.map((one) => one.hostId));
        const used = [...new Set(order.map((one) => one.step))];
        expect(used).to.deep.equal(Array.from({ length: steps }, (_, index) => index + 1));
        expect(planSteps(deploymentId, all.toReversed(), how)).to.deep.equal({ steps, order });
        const ready = order.map(({ hostId }) => all.find((one) => one.hostId === hostId)!.ready);
        expect(ready.lastIndexOf(true)).to.be.below(ready.includes(false) ? ready.indexOf(false) : ready.length);
      }),
    );
  });
});
