import { expect } from "chai";
import { decideLoadStep, type LoadView, loadDefaults } from "./decide-load-step.ts";

const created = new Date("2026-11-20T08:00:00Z");
const after = (seconds: number): Date => new Date(created.getTime() + seconds * 1_000);

const running: LoadView = {
  state: "running",
  stopRound: 0,
  changedAt: created,
  createTime: created,
  maxDurationMs: 600_000,
  hostState: "online",
  absent: false,
};

const decide = (view: Partial<LoadView>, seconds: number): string => {
  const step = decideLoadStep({ ...running, ...view }, loadDefaults, after(seconds));
  return step.do === "end" ? `end ${step.state}` : step.do;
};

describe("what is done about a load on a host", () => {
  const cases: [what: string, view: Partial<LoadView>, seconds: number, expected: string][] = [
    ["leaves one that runs", {}, 300, "nothing"],
    ["gives one a moment to end by itself", {}, 610, "nothing"],
    ["stops one whose time was up", {}, 616, "stop"],
    ["waits for a start, which has an expiry of its own", { state: "starting" }, 300, "nothing"],
    ["waits for a stop", { state: "stopping" }, 300, "nothing"],
    ["tries a stop again that failed", { state: "stop_failed", stopRound: 1 }, 31, "stop"],
    ["does not try it again at once", { state: "stop_failed", stopRound: 1 }, 29, "nothing"],
    ["does not try it for ever", { state: "stop_failed", stopRound: 10 }, 300, "nothing"],
    ["takes one for failed that its host does not name any more", { absent: true }, 60, "end failed"],
    ["takes one for over that its host does not name near its end", { absent: true }, 590, "end stopped"],
    ["lets a host begin to name it", { absent: true }, 5, "nothing"],
    ["leaves one on a host that is lost for a while", { hostState: "lost" }, 300, "nothing"],
    ["takes one for over on a host that is lost for good", { hostState: "lost" }, 740, "end stopped"],
    ["the same for one that was to be stopped", { hostState: "lost", state: "stopping" }, 740, "end stopped"],
    ["takes one for over whose host was deleted", { hostState: null }, 1, "end stopped"],
  ];
  for (const [what, view, seconds, expected] of cases) {
    it(what, () => {
      expect(decide(view, seconds)).to.equal(expected);
    });
  }
});
