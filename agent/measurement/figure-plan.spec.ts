import { expect } from "chai";
import { findScrapeIntervalMs, planFigures } from "./figure-plan.ts";

describe("the plan of figures", () => {
  it("counts series over a scrape, and compares two scrapes and half a minute at least", () => {
    expect(planFigures(15_000)).to.deep.equal({ intervalMs: 15_000, windowMs: 15_000, periodMs: 30_000 });
    expect(planFigures(1_000)).to.deep.equal({ intervalMs: 1_000, windowMs: 5_000, periodMs: 30_000 });
    expect(planFigures(7_000)).to.deep.equal({ intervalMs: 7_000, windowMs: 7_000, periodMs: 35_000 });
    expect(planFigures(60_000)).to.deep.equal({ intervalMs: 60_000, windowMs: 60_000, periodMs: 120_000 });
    expect(planFigures(12_345)).to.deep.equal({ intervalMs: 12_345, windowMs: 13_000, periodMs: 39_000 });
    expect(planFigures(null)).to.deep.equal({ intervalMs: null, windowMs: 60_000, periodMs: 120_000 });
  });
});

describe("the scrape interval of a configuration", () => {
  for (const [line, wantedMs] of [
    [`collection_interval: \${env:PHX_INTERVAL:-15s}`, 15_000],
    [`collection_interval: "\${env:PHX_INTERVAL:-1m30s}"`, 90_000],
    ["collection_interval: 500ms", 500],
    ["    - job_name: x\n      scrape_interval: '1h'", 3_600_000],
    ["a: { collection_interval: 10s }\nb: { collection_interval: 1m }", 60_000],
    [`check_interval: 1s\nendpoint: \${env:PHX_TAP_URL}`, null],
    [`collection_interval: \${env:OTHER}`, null],
  ] as const) {
    it(`is ${wantedMs} ms in ${JSON.stringify(line)}`, () => {
      expect(findScrapeIntervalMs(line)).to.equal(wantedMs);
    });
  }
});
