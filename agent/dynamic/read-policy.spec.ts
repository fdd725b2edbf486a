import { expect } from "chai";
import { readMovingPolicy } from "./read-policy.ts";
import { withSampleFiles } from "./sample-files.ts";

const head = (json: unknown): string => `# rendered\n# phoenix-dynamic: ${JSON.stringify(json)}\nreceivers: {}\n`;
const level = { name: "normal", intervalFactor: 1 };

describe("the policy at the head of a configuration", () => {
  it("tells how to rank, and which names the configuration keeps by itself", () => {
    const topK = { processes: 3, cpuWeight: 1, rssWeight: 0.5, hysteresisRatio: 0.2, rankInterval: "30s" };
    const policy = readMovingPolicy(head({ intervalMs: 15_000, policy: { topK, mustKeep: ["pay-.*", "sshd"] } }));
    expect(policy).to.deep.include({
      move: { kind: "top-k", processes: 3, weights: { cpu: 1, rss: 0.5, io: 0 }, hysteresisRatio: 0.2 },
      intervalMs: 15_000,
      lookEveryMs: 30_000,
    });
    const kept = ["pay-api", "sshd", "sshd2", "my pay-"].filter((name) => policy?.mustKeep?.test(name));
    expect(kept).to.deep.equal(["pay-api", "sshd"]);
  });

  it("tells the levels of an adaptive filter", () => {
    const adaptive = { levels: [{ ...level, cpuFloor: 0.5, rssFloorBytes: "4096", minimumAge: "1.5s" }], dwell: "60s" };
    expect(readMovingPolicy(head({ intervalMs: 5_000, policy: { adaptive } }))).to.deep.equal({
      move: {
        kind: "adaptive",
        dwellMs: 60_000,
        levels: [
          {
            name: "normal",
            enterLoad: 0,
            leaveLoad: 0,
            cpuFloor: 0.5,
            rssFloorBytes: 4096n,
            intervalFactor: 1,
            minimumAgeMs: 1_500,
          },
        ],
      },
      intervalMs: 5_000,
      lookEveryMs: 5_000,
      mustKeep: null,
    });
  });

  it("is not there in a configuration whose filter stands still, nor further down in one", () => {
    expect(readMovingPolicy("receivers: {}\n")).to.equal(null);
    expect(readMovingPolicy(`#\n#\n#\n${head({ intervalMs: 1, policy: {} })}`)).to.equal(null);
  });

  const unfit: [what: string, json: unknown, words: RegExp][] = [
    ["no kind", { intervalMs: 1_000, policy: { mustKeep: ["a"] } }, /a kind that this agent does not know/],
    ["no interval", { policy: { topK: { processes: 1 } } }, /names no scrape interval/],
    ["no process", { intervalMs: 1_000, policy: { topK: {} } }, /number of processes .* is 0, not from 1 to 1000/],
    [
      "a weight that is none",
      { intervalMs: 1_000, policy: { topK: { processes: 1, ioWeight: "NaN" } } },
      /io .* is NaN/,
    ],
    ["no levels", { intervalMs: 1_000, policy: { adaptive: {} } }, /has no levels/],
    [
      "a level that scrapes without end",
      { intervalMs: 1_000, policy: { adaptive: { levels: [{ name: "normal" }] } } },
      /interval factor .* is 0/,
    ],
    [
      "an expression that takes for ever",
      { intervalMs: 1_000, policy: { topK: { processes: 1 }, mustKeep: ["(a|a)*b*"] } },
      /keeps "\(a\|a\)\*b\*"/,
    ],
  ];
  for (const [what, json, words] of unfit) {
    it(`is refused with ${what}`, async () => {
      expect(() => readMovingPolicy(head(json))).to.throw(words);
      const refusal = await withSampleFiles(head(json), async () => "asked").catch((error: Error) => error.message);
      expect(refusal).to.match(words);
    });
  }
});
