import { expect } from "chai";
import fc from "fast-check";
import { initialDelayMs, scrapeAtRatio } from "./initial-delay.ts";
import { createStartupTime } from "./startup-time.ts";

describe("the initial delay", () => {
  it("puts the first scrape at 30 % of a window, whenever the start is", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_102_444_800_000 }),
        fc.integer({ min: 1_000, max: 3_600_000 }),
        fc.nat(5_000),
        (nowMs, windowMs, startupMs) => {
          const delayMs = initialDelayMs({ nowMs, windowMs, startupMs });
          const phaseMs = (nowMs + startupMs + delayMs) % windowMs;
          return delayMs >= 0 && delayMs <= windowMs && Math.abs(phaseMs - scrapeAtRatio * windowMs) <= 0.5;
        },
      ),
    );
  });

  it("takes the start-up off the wait", () => {
    expect(initialDelayMs({ nowMs: 10_000, windowMs: 5_000, startupMs: 0 })).to.equal(1_500);
    expect(initialDelayMs({ nowMs: 10_000, windowMs: 5_000, startupMs: 600 })).to.equal(900);
    expect(initialDelayMs({ nowMs: 10_000, windowMs: 5_000, startupMs: 1_600 })).to.equal(4_900);
  });

  it("is a second when there is no window", () => {
    expect(initialDelayMs({ nowMs: 10_123, windowMs: 0, startupMs: 70 })).to.equal(1_000);
  });
});

describe("the start-up time", () => {
  it("follows what it sees, within bounds", () => {
    const startup = createStartupTime();
    for (let start = 0; start < 20; start++) startup.observe(900);
    expect(startup.estimateMs()).to.be.closeTo(900, 5);
    for (let start = 0; start < 40; start++) startup.observe(3_600_000);
    expect(startup.estimateMs()).to.be.at.most(5_000);
  });
});
