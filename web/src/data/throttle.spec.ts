import { EventEmitter, once } from "node:events";
import { expect } from "chai";
import { createThrottle } from "./throttle.ts";

describe("a throttle", () => {
  it("does the first at once, and all that is asked for meanwhile as one", async () => {
    const done = new EventEmitter();
    let count = 0;
    const throttle = createThrottle(20, () => {
      count += 1;
      done.emit("again");
    });
    throttle.ask();
    expect(count, "the first").to.equal(1);
    const second = once(done, "again");
    for (let ask = 0; ask < 50; ask++) throttle.ask();
    expect(count, "in between").to.equal(1);
    await second;
    expect(count).to.equal(2);
    throttle.end();
  });

  it("does nothing after its end, whatever was asked for before", async () => {
    let count = 0;
    const throttle = createThrottle(1, () => {
      count += 1;
    });
    throttle.ask();
    throttle.ask();
    throttle.end();
    // Another one of the same pace says when the time is over.
    const clock = new EventEmitter();
    const ticks = createThrottle(1, () => clock.emit("tick"));
    ticks.ask();
    const later = once(clock, "tick");
    ticks.ask();
    await later;
    expect(count).to.equal(1);
    ticks.end();
  });
});
