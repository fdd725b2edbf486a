import { expect } from "chai";
import { formatBytes, formatCount, formatMoney, formatPercent } from "./quantities.ts";
import { formatAge, formatSpan } from "./times.ts";

describe("what is written of a number", () => {
  it("has its unit and no more digits than it can bear", () => {
    expect(formatCount(1_234_567)).to.equal("1,234,567");
    expect(formatCount(1.234)).to.equal("1.23");
    expect(formatCount(-0.001)).to.equal("0");
    expect(formatPercent(0.6789)).to.equal("67.9 %");
    expect(formatPercent(-0.05)).to.equal("−5.0 %");
    expect(formatBytes(52 * 2 ** 20)).to.equal("52.0 MiB");
    expect(formatBytes(512)).to.equal("512 B");
    expect(formatMoney(12.345, "USD")).to.equal("$12.35");
    expect(formatMoney(-1234.5, "EUR")).to.equal("−€1,235");
  });

  it("says what is not known or has no end", () => {
    for (const format of [formatCount, formatPercent, formatBytes]) expect(format(Number.NaN)).to.equal("unknown");
    expect(formatPercent(Number.NEGATIVE_INFINITY)).to.equal("−∞");
  });

  it("gives a length of time in its two largest units, and an age in its largest", () => {
    expect(formatSpan(9_400)).to.equal("9 s");
    expect(formatSpan(125_000)).to.equal("2 min 5 s");
    expect(formatSpan(7_200_000)).to.equal("2 h");
    expect(formatSpan(3 * 86_400_000)).to.equal("3 d");
    expect(formatAge(125_000)).to.equal("2 min ago");
    expect(formatAge(-300_000)).to.equal("in 5 min");
    expect(formatAge(-500)).to.equal("now");
  });
});
