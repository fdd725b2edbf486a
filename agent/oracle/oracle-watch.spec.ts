import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { createOracle, createOracleWatch, type OracleWindow } from "./index.ts";
import { nextScanMs } from "./oracle-watch.ts";

const T = 1_763_700_000_000;
const logger = createLogger({ name: "test", level: "silent" });

describe("nextScanMs", () => {
  it("is shortly after each window's start and shortly before its end", () => {
    expect(nextScanMs(T, 5_000)).to.equal(T + 250);
    expect(nextScanMs(T + 250, 5_000)).to.equal(T + 4_750);
    expect(nextScanMs(T + 4_750, 5_000)).to.equal(T + 5_250);
    expect(nextScanMs(T + 4_999, 5_000)).to.equal(T + 5_250);
  });

  it("keeps to the edges however long the window is", () => {
    const startMs = Math.floor(T / 60_000) * 60_000;
    expect(nextScanMs(startMs, 60_000)).to.equal(startMs + 500);
    expect(nextScanMs(startMs + 500, 60_000)).to.equal(startMs + 59_500);
  });
});

describe("the oracle's watch", () => {
  /** Runs a watch until the oracle has a window of the wanted kind, or eight seconds have passed. */
  async function watchUntil(
    scan: () => Promise<never[]>,
    wanted: (window: OracleWindow) => boolean,
  ): Promise<OracleWindow | undefined> {
    const windowMs = 1_000;
    const oracle = createOracle({ mustKeep: [], windowMs });
    let found: OracleWindow | undefined;
    let onScan: () => void = () => {};
    const watch = createOracleWatch({
      oracle,
      windowMs,
      logger,
      scan: async () => {
        onScan();
        return scan();
      },
    });
    const seen = new Promise<void>((resolve) => {
      const deadline = setTimeout(resolve, 8_000);
      onScan = () => {
        const before = oracle.read((Math.floor(Date.now() / windowMs) - 1) * windowMs);
        if (!wanted(before)) return;
        found = before;
        clearTimeout(deadline);
        resolve();
      };
    });
    await watch.start();
    await seen;
    await watch.stop();
    await watch.stop();
    return found;
  }

  it("scans both edges of a window", async () => {
    const window = await watchUntil(
      async () => [],
      ({ incompleteReason }) => incompleteReason === "",
    );
    expect(window?.scans).to.equal(2);
  });

  it("goes on after a scan that failed, and its window is incomplete", async () => {
    let scans = 0;
    const window = await watchUntil(
      async () => {
        scans++;
        throw new Error("too many open files");
      },
      ({ incompleteReason }) => scans >= 3 && incompleteReason !== "",
    );
    expect(window?.incompleteReason).to.match(/no scan/);
  });

  it("waits on stop for the scan in progress, and begins no other", async () => {
    const windowMs = 1_000;
    const begun = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    let scans = 0;
    let finished = false;
    const watch = createOracleWatch({
      oracle: createOracle({ mustKeep: [], windowMs }),
      windowMs,
      logger,
      scan: async () => {
        scans++;
        begun.resolve();
        await release.promise;
        finished = true;
        return [];
      },
    });
    await watch.start();
    await begun.promise;
    const stopped = watch.stop().then(() => finished);
    release.resolve();
    expect(await stopped).to.equal(true);
    expect(scans).to.equal(1);
  });
});
