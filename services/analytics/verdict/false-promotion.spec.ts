import { expect } from "chai";
import { anytimeInterval } from "./anytime-t.ts";
import type { BlockMeans } from "./block-means.ts";
import type { Estimate } from "./estimate.ts";
import { seededNormal } from "./seeded.ts";
import { estimateTypicalHost } from "./typical-host.ts";

interface Setting {
  hosts: number;
  /** Autocorrelation of the windows' log ratios. */
  phi: number;
  /** Windows in a block. */
  blockWindows: number;
  /** Standard deviation of a window's log ratio. */
  windowSd: number;
  /** Standard deviation of the hosts' own effects. */
  hostSd: number;
  /** True log ratio. */
  theta: number;
}

/** An experiment whose arms share a heavy, wandering load, so that only the pairing makes the effect visible. */
function simulate(setting: Setting, blocks: number, normal: () => number): BlockMeans[] {
  const hosts = Array.from({ length: setting.hosts }, (_, index) => ({
    hostId: `h${index}`,
    own: setting.hostSd * normal(),
    noise: setting.windowSd * normal(),
    load: normal(),
  }));
  const innovation = setting.windowSd * Math.sqrt(1 - setting.phi ** 2);
  return Array.from({ length: blocks }, () =>
    hosts.map((host) => {
      let baseline = 0;
      let candidate = 0;
      for (let window = 0; window < setting.blockWindows; window++) {
        host.noise = setting.phi * host.noise + innovation * normal();
        host.load = 0.95 * host.load + 0.1 * normal();
        const count = 1e6 * Math.exp(host.load);
        baseline += count;
        candidate += count * Math.exp(setting.theta + host.own + host.noise);
      }
      return {
        hostId: host.hostId,
        baseline: baseline / setting.blockWindows,
        candidate: candidate / setting.blockWindows,
      };
    }),
  );
}

const target = Math.log1p(-0.2);
const anytimeHigh = (look: Estimate): number => anytimeInterval(look, 1.3, 0.1).high;

/** Share of runs whose interval ends under the target at any look from 8 blocks to 16. */
function promotionRatio(setting: Setting, runs: number, seed: number, highOf = anytimeHigh): number {
  const normal = seededNormal(seed);
  let promotions = 0;
  for (let run = 0; run < runs; run++) {
    const looks = estimateTypicalHost(simulate(setting, 16, normal)).slice(7);
    if (looks.some((look) => highOf(look) <= target)) promotions += 1;
  }
  return promotions / runs;
}

describe("looking at the evidence after every block", function () {
  this.timeout(10_000);
  const runs = 2000;
  /** 5 % and three binomial standard errors. */
  const limit = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs);

  const settings: [title: string, setting: Omit<Setting, "theta">][] = [
    ["independent windows", { hosts: 3, phi: 0, blockWindows: 4, windowSd: 0.3, hostSd: 0 }],
    ["windows that remember", { hosts: 3, phi: 0.9, blockWindows: 38, windowSd: 0.3, hostSd: 0 }],
    ["hosts that differ", { hosts: 5, phi: 0.5, blockWindows: 6, windowSd: 0.2, hostSd: 0.1 }],
  ];
  settings.forEach(([title, setting], index) => {
    it(`promotes a candidate exactly at the target in at most 5 % of runs, with ${title}`, () => {
      // The mean of exp(noise) is what a ratio of means sees: take it out, to stand exactly at the boundary.
      const theta = target - setting.windowSd ** 2 / 2;
      expect(promotionRatio({ ...setting, theta }, runs, 1000 + index)).to.be.at.most(limit);
    });
  });

  it("needs the anytime-valid radius: the one for a single look promotes far more often", () => {
    const setting = { hosts: 1, phi: 0, blockWindows: 4, windowSd: 0.3, hostSd: 0, theta: target - 0.3 ** 2 / 2 };
    // 1.753: 95th percentile of Student's t with 15 degrees of freedom (any table), at every look.
    const singleLook = ({ mean, standardError }: Estimate): number => mean + 1.753 * standardError;
    expect(promotionRatio(setting, runs, 5, singleLook)).to.be.greaterThan(2 * limit);
    expect(promotionRatio(setting, runs, 5)).to.be.at.most(limit);
  });

  it("still sees an effect that is there", () => {
    const setting = { hosts: 3, phi: 0.9, blockWindows: 38, windowSd: 0.3, hostSd: 0, theta: target - 0.3 };
    expect(promotionRatio(setting, 100, 7)).to.be.at.least(0.7);
  });
});
