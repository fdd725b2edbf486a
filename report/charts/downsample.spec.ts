import { expect } from "chai";
import { downsample } from "./downsample.ts";

const pointsFrom = (count: number, fromMs = 0, value: (index: number) => number = (index) => index % 7) =>
  Array.from({ length: count }, (_, index) => ({ atMs: fromMs + index * 5000, value: value(index) }));

describe("downsample", () => {
  it("leaves few points as they are, in order of time", () => {
    const points = pointsFrom(50);
    expect(downsample(points.toReversed(), 900)).to.deep.equal([points]);
  });

  it("thins many points to two a pixel at most, and loses no peak", () => {
    const points = pointsFrom(50_000, 0, (index) => (index === 31_007 ? 999 : index === 7 ? -5 : 1));
    const [run = []] = downsample(points, 300);
    expect(run.length).to.be.at.most(600);
    expect(run.map(({ value }) => value)).to.include.members([999, -5]);
    expect(run).to.deep.equal(run.toSorted((a, b) => a.atMs - b.atMs));
  });

  it("breaks where windows are missing, so that no line is drawn over a gap", () => {
    const [before, after] = [pointsFrom(10), pointsFrom(10, 500_000)];
    expect(downsample([...before, ...after], 900)).to.deep.equal([before, after]);
  });

  it("takes no number that is none, and nothing of nothing", () => {
    expect(downsample([{ atMs: 0, value: Number.NaN }], 900)).to.deep.equal([]);
    expect(downsample([], 900)).to.deep.equal([]);
  });
});
