import { expect } from "chai";
import { addFigures, type FiguresOfHost } from "./deployment-figures.ts";

const of = (over: Partial<FiguresOfHost>): FiguresOfHost => ({
  measuredTime: new Date("2026-11-20T08:00:00Z"),
  inputPointsPerSecond: 100,
  outputPointsPerSecond: 40,
  activeSeries: 800,
  retentionRatio: 1,
  intervalSeconds: 10,
  ...over,
});

describe("figures of a deployment", () => {
  it("are none without a host that has some", () => {
    expect(addFigures([])).to.equal(null);
  });

  it("count what comes in and what goes out in the same way, however many series were seen meanwhile", () => {
    const figures = addFigures([of({})]);
    expect(figures).to.include({ inputSeries: 1_000, outputSeries: 400, dataPointsPerSecond: 40, hosts: 1 });
    expect(figures?.reductionRatio).to.be.closeTo(0.6, 1e-12);
  });

  it("add hosts up, and take the reduction from those that say what comes in", () => {
    const old = new Date("2026-11-20T07:59:00Z");
    const figures = addFigures([
      of({}),
      of({ inputPointsPerSecond: null, retentionRatio: null }),
      of({ intervalSeconds: 5, measuredTime: old, retentionRatio: 0.5 }),
    ]);
    expect(figures).to.include({ inputSeries: 1_500, outputSeries: 1_000, retentionRatio: 0.75, hosts: 3 });
    expect(figures?.reductionRatio).to.be.closeTo(0.6, 1e-12);
    expect(figures?.oldestTime?.seconds).to.equal(BigInt(old.getTime() / 1_000));
  });

  it("say that a reduction or a retention is not known", () => {
    const figures = addFigures([of({ inputPointsPerSecond: null, retentionRatio: null })]);
    expect(figures?.reductionRatio).to.be.NaN;
    expect(figures?.retentionRatio).to.be.NaN;
  });

  it("take the series seen where the time between two scrapes is not known", () => {
    expect(addFigures([of({ intervalSeconds: 0 })])?.outputSeries).to.equal(800);
  });
});
