import { expect } from "chai";
import { countsContributors } from "./contributor-policy.ts";

const T = 1_763_700_000_000; // a multiple of five minutes
const settled = { openedLate: false, pointsBefore: 100 };

/** Starts, from T, of the windows counted when windows of this length follow one another. */
function counted(windowMs: number, windows: number, fromMs = T): number[] {
  const starts: number[] = [];
  let countedMs: number | undefined;
  for (let window = 0; window < windows; window++) {
    const startMs = fromMs + window * windowMs;
    if (!countsContributors({ ...settled, startMs, countedMs })) continue;
    starts.push(startMs - T);
    countedMs = startMs;
  }
  return starts;
}

describe("countsContributors", () => {
  it("waits for a whole window that follows one with data", () => {
    expect(countsContributors({ startMs: T, openedLate: true, pointsBefore: 5, countedMs: undefined })).to.equal(false);
    expect(countsContributors({ startMs: T, openedLate: false, pointsBefore: 0, countedMs: undefined })).to.equal(
      false,
    );
    expect(countsContributors({ ...settled, startMs: T, countedMs: undefined })).to.equal(true);
  });

  it("counts one window of each five minutes of the wall clock", () => {
    expect(counted(5_000, 180)).to.deep.equal([0, 300_000, 600_000]);
    expect(counted(60_000, 10)).to.deep.equal([0, 300_000]);
  });

  it("lets arms that began at different moments count the same windows", () => {
    expect(counted(15_000, 60, T + 45_000)).to.deep.equal([45_000, 300_000, 600_000, 900_000]);
  });

  it("counts every window of five minutes or more", () => {
    expect(counted(300_000, 3)).to.deep.equal([0, 300_000, 600_000]);
    expect(counted(900_000, 2)).to.deep.equal([0, 900_000]);
  });

  it("goes on when the clock has gone back", () => {
    expect(countsContributors({ ...settled, startMs: T, countedMs: T + 3_600_000 })).to.equal(true);
  });
});
