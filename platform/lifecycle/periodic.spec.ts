import { EventEmitter, once } from "node:events";
import { expect } from "chai";
import { createLogger } from "../logging/index.ts";
import { createPeriodic } from "./index.ts";

const logger = createLogger({ name: "test", level: "silent" });
const hourMs = 3_600_000;

describe("createPeriodic", () => {
  it("runs at once on start and again when woken", async () => {
    const events = new EventEmitter();
    let runs = 0;
    const duty = createPeriodic({
      name: "count",
      intervalMs: hourMs,
      logger,
      async run() {
        runs += 1;
        events.emit("ran");
      },
    });
    const first = once(events, "ran");
    await duty.start();
    await first;
    const second = once(events, "ran");
    duty.wake();
    await second;
    await duty.stop();
    expect(runs).to.equal(2);
  });

  it("makes one more run of many wakes during a run, and never two at a time", async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    let settled: () => void = () => undefined;
    const done = new Promise<void>((resolve) => {
      settled = resolve;
    });
    const duty = createPeriodic({
      name: "overlap",
      intervalMs: hourMs,
      logger,
      async run() {
        running += 1;
        most = Math.max(most, running);
        runs += 1;
        if (runs === 1) for (let i = 0; i < 5; i++) duty.wake();
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (runs === 2) settled();
      },
    });
    await duty.start();
    await done;
    await duty.stop();
    expect({ most, runs }).to.deep.equal({ most: 1, runs: 2 });
  });

  it("logs a failed run and goes on", async () => {
    const lines: string[] = [];
    const loud = createLogger({ name: "test", destination: { write: (line) => void lines.push(line) } });
    let runs = 0;
    let settled: () => void = () => undefined;
    const done = new Promise<void>((resolve) => {
      settled = resolve;
    });
    const duty = createPeriodic({
      name: "stumble",
      intervalMs: 1,
      logger: loud,
      async run() {
        runs += 1;
        if (runs < 3) throw new Error("the table is away");
        settled();
      },
    });
    await duty.start();
    await done;
    await duty.stop();
    expect(lines.map((line) => JSON.parse(line).failures)).to.deep.equal([1, 2]);
  });

  it("aborts the run in progress on stop and waits for its end", async () => {
    let ended = false;
    let entered: () => void = () => undefined;
    const inside = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const duty = createPeriodic({
      name: "slow",
      intervalMs: hourMs,
      logger,
      async run(signal) {
        entered();
        await once(signal, "abort");
        await new Promise((resolve) => setImmediate(resolve));
        ended = true;
      },
    });
    await duty.start();
    await inside;
    await duty.stop();
    await duty.stop();
    expect(ended).to.equal(true);
  });
});
