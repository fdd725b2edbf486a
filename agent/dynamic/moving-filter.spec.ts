import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import type { Exit, RunningProcess } from "../launcher/index.ts";
import { createManualClock, type ManualClock } from "../supervisor/manual-clock.ts";
import { filesOfChoice } from "./filter-files.ts";
import { createMovingFilter, type MovingFilter } from "./moving-filter.ts";

const config = (topK: string): string => `# process-topk-v1, rendered.
# phoenix-dynamic: {"intervalMs":15000,"policy":{"topK":{${topK}},"mustKeep":["sshd"]}}
receivers: {}
`;
const topK = config('"processes":2');
const adaptive = `# phoenix-dynamic: {"intervalMs":5000,"policy":{"adaptive":{"levels":[{"name":"normal","intervalFactor":1}],"observeInterval":"2s"}}}
`;
const timing = { scrapeIntervalMs: 0, windowMs: 10_000 };

describe("a moving filter", () => {
  let folder: string;
  let clock: ManualClock;
  let filter: MovingFilter;
  /** What the host has the mover find. */
  let found: { pids: number[]; detail: string } | Error;
  let looks: number[];
  let signals: number[];
  let details: [string, boolean][];
  let resumed: string[];
  let version: string;
  let end: (exit: Exit) => void;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "phoenix-filter-"));
    clock = createManualClock();
    found = { pids: [7], detail: "1 of 9" };
    [looks, signals, details, resumed] = [[], [], [], []];
    version = "0.160.0";
    filter = create();
  });
  afterEach(async () => {
    await filter.halt();
    await rm(folder, { recursive: true, force: true });
  });

  const create = (): MovingFilter =>
    createMovingFilter({
      folder: join(folder, "dyn"),
      collectorVersion: version,
      clock,
      delayMs: (windowMs) => windowMs / 2,
      createMover: () => ({
        resume: (files) => resumed.push(files["pids.yaml"] ?? ""),
        async look() {
          looks.push(clock.monotonicMs());
          if (found instanceof Error) throw found;
          return {
            files: filesOfChoice(found.pids.map((pid) => ({ pid, name: "some" }))),
            detail: found.detail,
            isNews: false,
          };
        },
      }),
      onDetail: (detail, isNews) => details.push([detail, isNews]),
      logger: createLogger({ name: "test", level: "silent" }),
    });
  const follow = (isReady: () => boolean = () => true): void => {
    const exited = Promise.withResolvers<Exit>();
    end = exited.resolve;
    const process: RunningProcess = {
      identity: { bootId: "scripted", pid: 2 ** 30, startTicks: 1 },
      exited: exited.promise,
      signal(signal) {
        expect(signal).to.equal("SIGHUP");
        signals.push(clock.monotonicMs());
        return true;
      },
      usage: () => null,
      release: () => undefined,
    };
    filter.follow(process, isReady);
  };
  const file = (name: string): Promise<string> => readFile(join(folder, "dyn", name), "utf8");

  it("that stands still needs nothing and does nothing", async () => {
    expect(await filter.prepare("receivers: {}\n", timing)).to.deep.equal({ args: [], env: {} });
    follow();
    await clock.advance(60_000);
    expect([looks, signals, details]).to.deep.equal([[], [], [["", false]]]);
  });

  it("has its files, its folder and its gate before the collector starts", async () => {
    expect(await filter.prepare(topK, timing)).to.deep.equal({
      args: ["--feature-gates=service.partialReload"],
      env: { PHX_DYN_DIR: join(folder, "dyn") },
    });
    expect(await file("pids.yaml")).to.equal('- strict: "7"');
    for (const name of ["start_delay", "moved_delay"])
      expect(await file(name)).to.equal(`\${env:PHX_INITIAL_DELAY:-1s}`);
    expect(details).to.deep.equal([["1 of 9", true]]);
  });

  it("moves at 60 % of a window, only when something changed, and only the delay of what begins anew", async () => {
    await filter.prepare(topK, timing);
    follow();
    await clock.advance(30_000);
    expect(signals).to.deep.equal([]);
    expect(looks).to.deep.equal([0, 6_000, 16_000, 26_000]);
    found = { pids: [7, 8], detail: "2 of 9" };
    await clock.advance(10_000);
    expect(signals).to.deep.equal([36_000]);
    expect(await file("pids.yaml")).to.equal('- strict: "7"\n- strict: "8"');
    expect(await file("moved_delay")).to.equal("5000ms");
    expect(await file("start_delay")).to.contain("PHX_INITIAL_DELAY");
    await clock.advance(30_000);
    expect(signals).to.deep.equal([36_000]);
    expect(details.at(-1)).to.deep.equal(["2 of 9", false]);
  });

  it("looks as seldom as its policy says, and in the collector's own rhythm where nothing is measured", async () => {
    await filter.prepare(config('"processes":2,"rankInterval":"40s"'), { scrapeIntervalMs: 20_000, windowMs: 0 });
    follow();
    await clock.advance(100_000);
    expect(looks).to.deep.equal([0, 12_000, 52_000, 92_000]);
  });

  it("has an older collector load everything anew, with a delay for all", async () => {
    version = "0.156.1";
    filter = create();
    expect(await filter.prepare(topK, timing)).to.have.property("args").that.is.empty;
    follow();
    found = { pids: [8], detail: "" };
    await clock.advance(10_000);
    expect(await file("start_delay")).to.equal("5000ms");
  });

  it("of levels is looked at by the clock and moved between two scrapes", async () => {
    await filter.prepare(adaptive, timing);
    follow();
    await clock.advance(7_000);
    expect(looks).to.deep.equal([0, 2_000, 4_000, 6_000]);
    found = { pids: [8], detail: "" };
    await clock.advance(10_000);
    expect(signals).to.deep.equal([16_000]);
    expect(await file("start_delay")).to.equal("5000ms");
  });

  it("waits until the collector listens to signals", async () => {
    let ready = false;
    await filter.prepare(topK, timing);
    follow(() => ready);
    found = { pids: [8], detail: "" };
    await clock.advance(20_000);
    expect(signals).to.deep.equal([]);
    ready = true;
    await clock.advance(10_000);
    expect(signals).to.deep.equal([26_000]);
  });

  it("stays where it is when the host cannot be read or the files not be written", async () => {
    await filter.prepare(topK, timing);
    follow();
    found = new Error("too many open files");
    await clock.advance(10_000);
    found = { pids: [8], detail: "" };
    await rm(join(folder, "dyn"), { recursive: true });
    await clock.advance(10_000);
    expect(signals).to.deep.equal([]);
    expect(looks).to.have.length(3);
  });

  it("goes on under the next agent with what the collector has read", async () => {
    await filter.prepare(topK, timing);
    const next = create();
    found = { pids: [8], detail: "1 of 9" };
    await next.resume(topK, timing);
    expect(resumed).to.deep.equal(['- strict: "7"']);
    filter = next;
    follow();
    await clock.advance(10_000);
    expect(signals).to.deep.equal([6_000]);
  });

  it("rests with the files that worked when the collector ends right after a move", async () => {
    await filter.prepare(topK, timing);
    follow();
    found = { pids: [8], detail: "" };
    await clock.advance(10_000);
    expect(signals).to.deep.equal([6_000]);
    end({ code: 1, signal: null });
    await clock.advance(0);
    await filter.prepare(topK, timing);
    expect(await file("pids.yaml")).to.equal('- strict: "7"');
    expect(details.at(-1)).to.deep.equal(["held, as the collector ended after the last move", true]);
    follow();
    await clock.advance(290_000);
    expect(signals).to.deep.equal([6_000]);
    await clock.advance(20_000);
    expect(signals).to.have.length(2);
  });

  it("does not blame a move for an end that was asked for", async () => {
    await filter.prepare(topK, timing);
    follow();
    found = { pids: [8], detail: "" };
    await clock.advance(10_000);
    await filter.halt();
    end({ code: null, signal: "SIGTERM" });
    await clock.advance(0);
    await filter.prepare(topK, timing);
    expect(await file("pids.yaml")).to.equal('- strict: "8"');
  });
});
