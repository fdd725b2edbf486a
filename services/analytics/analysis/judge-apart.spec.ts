import { expect } from "chai";
import { dayMs, healthyWindow, kept, quickPlan, syntheticInput } from "../verdict/synthetic-panel.ts";
import { createAnalyst } from "./index.ts";
import type { JudgeTask } from "./judge-candidates.ts";
import { type PackedPanel, PanelPacker } from "./packed-panel.ts";

const hosts = ["h1", "h2", "h3"];
const task: JudgeTask = {
  plan: quickPlan,
  baselineVariant: "baseline",
  open: ["candidate"],
  candidates: 1,
  hostIds: hosts,
  mustKeep: ["^postgres$", "^nginx$"],
  configDigests: {},
  final: false,
};
const still = new AbortController().signal;

/** A panel of these hosts whose candidate loses nginx for a window. */
function panelOf(windows: number): PackedPanel {
  const { arms } = syntheticInput({
    hosts,
    windows,
    candidate: (startMs, index) =>
      healthyWindow(startMs, 300, { sightings: [kept("postgres"), kept("nginx", index !== 9)] }),
  });
  const packer = new PanelPacker();
  for (const { hostId, variant, windows: own } of arms) packer.add(hostId, variant, own);
  return packer.pack();
}

describe("an analyst", () => {
  it("concludes the same in a thread of its own as at hand, whatever the intervals", async () => {
    for (const windows of [0, 6, 20]) {
      const panel = panelOf(windows);
      const size = panel.windows;
      const [atHand] = await createAnalyst(size).judge(task, panelOf(windows), still);
      const [apart] = await createAnalyst(size - 1).judge(task, panel, still);
      expect(apart).to.deep.equal(atHand);
      // Its memory was moved, not copied: so it was judged elsewhere.
      if (windows > 0) expect(panel.arms[0]?.pages[0]?.length).to.equal(0);
      const decision = windows === 20 ? "promote" : "continue";
      expect(apart?.verdict.decision).to.equal(decision);
      expect(apart?.evidence.lastWindowMs).to.equal(windows === 0 ? null : dayMs + (windows - 1) * quickPlan.windowMs);
    }
  });

  it("fails as the engine fails, and goes on with the next panel", async () => {
    const analyst = createAnalyst(0);
    const broken = analyst.judge(
      { ...task, open: [null as unknown as string], plan: null as never },
      panelOf(20),
      still,
    );
    const next = analyst.judge(task, panelOf(20), still);
    const error = await broken.then(
      () => expect.fail("it judged without a plan"),
      (cause: unknown) => cause as Error,
    );
    expect(error).to.be.instanceOf(TypeError);
    expect((await next)[0]?.verdict.decision).to.equal("promote");
  });

  it("stops when the caller leaves, before its turn or in it", async () => {
    const analyst = createAnalyst(0);
    const leaving = new AbortController();
    const calls = [1, 2].map(() => analyst.judge(task, panelOf(20), leaving.signal));
    leaving.abort(new Error("left"));
    const ends = await Promise.allSettled(calls);
    for (const end of ends) expect(end.status === "rejected" && (end.reason as Error).message).to.equal("left");
    expect(await analyst.judge(task, panelOf(20), still)).to.have.length(1);
  });
});
