import { expect } from "chai";
import { type ComparedWindow, createWindowChooser } from "./choose-windows.ts";
import { compareArm } from "./compare-arm.ts";

const nowMs = 10_000_000;
const window = (over: Partial<ComparedWindow> = {}): ComparedWindow => ({
  hostId: "h1",
  variant: "baseline",
  startMs: nowMs - 100_000,
  windowSeconds: 5,
  activeSeries: 100,
  dataPoints: 100,
  metricNames: 10,
  complete: true,
  ...over,
});

const chooseWindows = (windows: readonly ComparedWindow[], atMs: number) => {
  const chooser = createWindowChooser();
  for (const each of windows) chooser.add(each);
  return chooser.choose(atMs);
};

describe("the windows that are compared", () => {
  it("are complete and old enough to be in the second source", () => {
    const windows = [
      window(),
      window({ startMs: nowMs - 95_000, complete: false }),
      window({ startMs: nowMs - 15_000 }),
      window({ startMs: nowMs - 10_000 }),
    ];
    const [arm] = chooseWindows(windows, nowMs);
    expect(arm?.windows.map(({ startMs }) => startMs)).to.deep.equal([nowMs - 100_000, nowMs - 15_000]);
    expect(arm).to.include({ firstEndMs: nowMs - 95_000, lastEndMs: nowMs - 10_000, windowSeconds: 5 });
  });

  it("are the newest of some hosts, however many there are, and hosts that left make room", () => {
    const chooser = createWindowChooser();
    const name = (host: number) => `h${String(host).padStart(3, "0")}`;
    for (let index = 0; index < 600; index++) {
      const startMs = nowMs - 5_000_000 + index * 5000;
      const from = index < 100 ? 0 : 60;
      for (let host = from; host < from + 60; host++) chooser.add(window({ hostId: name(host), startMs }));
    }
    const [arm] = chooser.choose(nowMs);
    expect(arm?.hostIds).to.have.length(50);
    expect(arm?.hostIds.every((hostId) => hostId >= "h060")).to.equal(true);
    expect(((arm?.lastEndMs ?? 0) - (arm?.firstEndMs ?? 0)) / 5000).to.equal(239);
  });

  it("are fewer where they hold very many points: windows first, then hosts", () => {
    const of = (hosts: number, dataPoints: number) => {
      const windows = Array.from({ length: 100 }, (_window, index) =>
        Array.from({ length: hosts }, (_host, host) =>
          window({ hostId: `h${host}`, startMs: nowMs - 1_000_000 + index * 5000, dataPoints }),
        ),
      );
      const [arm] = chooseWindows(windows.flat(), nowMs);
      return [arm?.hostIds.length, (arm?.windows.length ?? 0) / (arm?.hostIds.length ?? 0)];
    };
    expect(of(10, 1000)).to.deep.equal([10, 100]);
    expect(of(10, 4000)).to.deep.equal([10, 50]);
    expect(of(10, 40_000)).to.deep.equal([4, 12]);
    expect(of(2, 10_000_000)).to.deep.equal([1, 12]);
  });

  it("have the length of the newest, arm by arm", () => {
    const windows = [
      window({ variant: "candidate" }),
      window({ startMs: nowMs - 300_000, windowSeconds: 60 }),
      window({ startMs: nowMs - 200_000 }),
    ];
    const arms = chooseWindows(windows, nowMs);
    expect(arms.map((arm) => [arm.variant, arm.windows.length])).to.deep.equal([
      ["baseline", 1],
      ["candidate", 1],
    ]);
    expect(chooseWindows([], nowMs)).to.deep.equal([]);
  });
});

describe("comparing an arm", () => {
  const starts = [nowMs - 100_000, nowMs - 95_000];
  const windows = ["h1", "h2"].flatMap((hostId) => starts.map((startMs) => window({ hostId, startMs })));
  const arm = chooseWindows(windows, nowMs)[0] ?? expect.fail("nothing was chosen");
  /** What the second source says of each host, window by window. */
  const answer = (values: Record<string, (number | undefined)[]>) =>
    Object.entries(values).map(([hostId, row]) => ({
      labels: { host_id: hostId },
      samples: row.flatMap((value, index) =>
        value === undefined ? [] : [{ atMs: (starts[index] ?? 0) + 5000, value }],
      ),
    }));

  it("makes the same figure of both, hosts added up", () => {
    const compared = compareArm(arm, "activeSeries", answer({ h1: [100, 98], h2: [101, 101] }));
    expect(compared).to.include({ tap: 200, second: 200, disagreementRatio: 0, agrees: true, explanation: "" });
    const points = compareArm(arm, "dataPoints", answer({ h1: [100, 98], h2: [100, 100] }));
    expect(points).to.include({ tap: 40, second: 39.8, agrees: true });
    expect(points.disagreementRatio).to.be.closeTo(-0.005, 1e-12);
  });

  it("tells two per cent from more, either way, and why", () => {
    const of = (value: number) => compareArm(arm, "activeSeries", answer({ h1: [value, value], h2: [value, value] }));
    expect(of(98)).to.include({ agrees: true });
    expect(of(97))
      .to.include({ agrees: false })
      .and.to.have.property("explanation")
      .that.matches(/^Prometheus has fewer/);
    expect(of(103))
      .to.include({ agrees: false })
      .and.to.have.property("explanation")
      .that.matches(/histogram/);
  });

  it("counts a window that the second source does not have as none, and says so", () => {
    const compared = compareArm(arm, "activeSeries", answer({ h1: [100, undefined], h2: [100, 100] }));
    expect(compared).to.include({ second: 150, agrees: false });
    expect(compared.explanation).to.match(/^1 of 4 windows are missing in Prometheus/);
  });

  it("gives no number for an arm that the second source does not know", () => {
    const compared = compareArm(arm, "activeSeries", []);
    expect(compared.second).to.be.NaN;
    expect(compared.disagreementRatio).to.be.NaN;
    expect(compared).to.include({ tap: 200, agrees: false });
    expect(compared.explanation).to.match(/shadow/);
  });

  it("says so when only the second source has something", () => {
    const silent = { ...arm, windows: arm.windows.map((each) => ({ ...each, activeSeries: 0 })) };
    expect(compareArm(silent, "activeSeries", [])).to.include({ tap: 0, second: 0, agrees: true });
    const compared = compareArm(silent, "activeSeries", answer({ h1: [5, 5], h2: [5, 5] }));
    expect(compared).to.include({ tap: 0, second: 10, agrees: false });
    expect(compared.explanation).to.match(/^The tap received nothing/);
  });
});
