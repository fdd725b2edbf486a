import { expect } from "chai";
import { createDispatchPlan } from "./dispatch-plan.ts";

describe("the dispatch plan", () => {
  let nowMs: number;
  const make = () => createDispatchPlan({ pollIntervalMs: 1_000, nowMs: () => nowMs });
  beforeEach(() => {
    nowMs = 0;
  });

  it("begins with everything, and comes back to it after the poll interval without a wish", () => {
    const plan = make();
    expect(plan.take(false).everything).to.equal(true);
    plan.looked();
    nowMs = 999;
    expect(plan.take(false).everything).to.equal(false);
    nowMs = 1_000;
    expect(plan.take(false).everything).to.equal(true);
  });

  it("comes back to everything ten times less often while there is enough to give, unless it is wished for", () => {
    const plan = make();
    plan.take(true);
    plan.looked();
    nowMs = 9_999;
    expect(plan.isDue(true)).to.equal(false);
    expect(plan.take(true).everything).to.equal(false);
    nowMs = 10_000;
    expect(plan.isDue(true)).to.equal(true);
    expect(plan.take(true).everything).to.equal(true);
    plan.looked();
    plan.wish("any");
    expect(plan.take(true).everything).to.equal(true);
  });

  it("keeps a wish for everything until a long look has rested four times as long as it took", () => {
    const plan = make();
    plan.take(false);
    nowMs = 100;
    plan.looked();
    plan.wish("any");
    nowMs = 499;
    expect(plan.take(false).everything).to.equal(false);
    expect(plan.waitMs()).to.equal(1);
    nowMs = 500;
    expect(plan.take(false).everything).to.equal(true);
    expect(plan.waitMs()).to.equal(null);
  });

  it("lets a look at everything be taken at once when there is more than the last one showed", () => {
    const plan = make();
    plan.take(false);
    nowMs = 100;
    plan.looked();
    expect(plan.isDue(false)).to.equal(false);
    plan.hurry();
    expect(plan.isDue(false)).to.equal(true);
    expect(plan.take(false).everything).to.equal(true);
    expect(plan.isDue(false)).to.equal(false);
  });

  it("is due when a host is to be looked at, and after the poll interval", () => {
    const plan = make();
    plan.take(false);
    plan.looked();
    plan.wish({ hostId: "a" });
    expect(plan.isDue(false)).to.equal(true);
    plan.take(false);
    expect(plan.isDue(false)).to.equal(false);
    nowMs = 1_000;
    expect(plan.isDue(false)).to.equal(true);
  });

  it("gives each host once", () => {
    const plan = make();
    for (const hostId of ["a", "b", "a"]) plan.wish({ hostId });
    expect(plan.take(false).hosts).to.deep.equal(["a", "b"]);
    expect(plan.take(false).hosts).to.deep.equal([]);
  });
});
