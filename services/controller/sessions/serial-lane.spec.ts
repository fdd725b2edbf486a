import { expect } from "chai";
import { createSerialLane } from "./serial-lane.ts";

describe("createSerialLane", () => {
  it("does one piece of work after the other, in order, and is idle at the end", async () => {
    const lane = createSerialLane(10);
    const log: string[] = [];
    for (const name of ["a", "b", "c"]) {
      lane.push(async () => {
        log.push(`begin ${name}`);
        await new Promise((resolve) => setImmediate(resolve));
        log.push(`end ${name}`);
      });
    }
    await lane.idle();
    expect(log).to.deep.equal(["begin a", "end a", "begin b", "end b", "begin c", "end c"]);
  });

  it("takes no more than it holds, and more again once there is room", async () => {
    const lane = createSerialLane(2);
    const nothing = () => Promise.resolve();
    expect([lane.push(nothing), lane.push(nothing), lane.push(nothing)]).to.deep.equal([true, true, false]);
    await lane.idle();
    expect(lane.push(nothing)).to.equal(true);
  });
});
