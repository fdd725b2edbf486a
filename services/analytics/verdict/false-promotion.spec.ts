import { expect } from "chai";
import { anytimeInterval } from "./anytime-t.ts";
import type { Estimate } from "./estimate.ts";
import { seededNormal } from "./seeded.ts";
import { brokenBounds, countTrials, renderStudy, type Setting, studyRow, studySettings } from "./study/index.ts";
import { profiles, rule } from "./study/settings.ts";
import { createSimulatedFleet } from "./study/simulated-fleet.ts";
import { estimateTypicalHost } from "./typical-host.ts";

/** A setting of the study `npm run calibrate`, which has them all and ten times the runs. */
function settingOf(profile: Setting["profile"], hosts: number, phi: number, shiftSd: number): Setting {
  const found = studySettings().find(
    (setting) =>
      setting.profile === profile && setting.hosts === hosts && setting.phi === phi && setting.shiftSd === shiftSd,
  );
  return found ?? expect.fail("the study has no such setting");
}

/** The rate, and three binomial standard errors. */
const limitOf = (runs: number): number => rule.alpha + 3 * Math.sqrt((rule.alpha * (1 - rule.alpha)) / runs);

describe("looking at the evidence after every block", function () {
  this.timeout(60_000);

  for (const [hosts, phi, runs] of [
    [1, 0, 300],
    [1, 0.9, 200],
    [3, 0.5, 200],
    [10, 0, 100],
  ] as const) {
    it(`promotes a candidate exactly at the target in at most 5 % of runs, with hosts: ${hosts}, φ: ${phi}`, () => {
      for (const tally of countTrials(settingOf("standard", hosts, phi, 0), runs, 1000 * hosts + 10 * phi)) {
        expect(tally.runs).to.equal(runs);
        expect(tally.promoted / runs, tally.estimator).to.be.at.most(limitOf(runs));
        expect(tally.missedPromotions).to.equal(0);
        expect(tally.promoted + tally.rejected + tally.inconclusive).to.equal(runs);
      }
    });
  }

  it("learns blocks long enough for what the windows remember", () => {
    const [tally] = countTrials(settingOf("standard", 1, 0.9, 0), 50, 3);
    // Twice the correlation time of φ = 0.9 is 38 windows.
    expect((tally?.blockWindows ?? 0) / 50).to.be.within(30, 90);
  });

  it("needs the anytime-valid radius: the one for a single look promotes far more often", () => {
    const setting = settingOf("quick", 1, 0, 0);
    const runs = 600;
    const target = Math.log1p(-rule.minimumReductionRatio);
    const promotedBy = (highOf: (look: Estimate) => number): number => {
      const normal = seededNormal(5);
      let promoted = 0;
      for (let run = 0; run < runs; run++) {
        const fleet = createSimulatedFleet(setting, normal);
        const blocks = Array.from({ length: 16 }, () => fleet.nextBlock(profiles.quick.blockWindows));
        if (
          estimateTypicalHost(blocks)
            .slice(7)
            .some((look) => highOf(look) <= target)
        )
          promoted += 1;
      }
      return promoted / runs;
    };
    // 1.753: 95th percentile of Student's t with 15 degrees of freedom (any table), at every look.
    expect(promotedBy(({ mean, standardError }) => mean + 1.753 * standardError)).to.be.greaterThan(limitOf(runs));
    expect(promotedBy((look) => anytimeInterval(look, rule.g, 2 * rule.alpha).high)).to.be.at.most(limitOf(runs));
  });

  it("still sees an effect that is there", () => {
    for (const tally of countTrials(settingOf("standard", 10, 0.5, 1), 40, 7)) {
      expect(tally.promoted).to.be.at.least(38);
    }
  });
});

describe("the study of false promotions", () => {
  const setting = settingOf("standard", 3, 0, 0);
  const [tally] = countTrials(setting, 4, 1);
  const row = (over: object) => studyRow(setting, { ...(tally ?? expect.fail("no tally")), ...over });

  it("gives the same figures for the same seed", () => {
    expect(countTrials(setting, 4, 1)[0]).to.deep.equal(tally);
  });

  it("says which promise is broken, and only of what is promised", () => {
    expect(brokenBounds([row({ runs: 2000, promoted: 100 })])).to.deep.equal([]);
    expect(brokenBounds([row({ runs: 2000, promoted: 101 })]).join()).to.contain("101 of 2000");
    expect(brokenBounds([row({ runs: 0, promoted: 0 })])).to.have.length(1);
    expect(brokenBounds([row({ runs: 2000, promoted: 0, missedPromotions: 1 })]).join()).to.contain("inconclusive");
    const quick = settingOf("quick", 3, 0.9, 0);
    expect(brokenBounds([studyRow(quick, { ...row({}).tally, runs: 10, promoted: 10 })])).to.deep.equal([]);
  });

  it("is a page that leads with the bound, kept or broken", () => {
    const account = { date: "2026-11-21", machine: "m", command: "npm run calibrate", seed: 1, seconds: 2 };
    expect(renderStudy([row({ runs: 2000, promoted: 40 })], account)).to.contain("**Every promised bound holds.**");
    expect(renderStudy([row({ runs: 2000, promoted: 400 })], account)).to.contain("**Broken:**");
  });
});
