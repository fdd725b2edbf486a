import { expect } from "chai";
import { createHeldBack } from "./held-back.ts";

const task = (hostId: string, taskSeq: string) => ({ hostId, taskSeq, priority: 0 });
const claims =
  (...taskSeqs: string[]) =>
  async () =>
    new Set(taskSeqs);

describe("tasks held back", () => {
  it("are kept until a task of their host ends, and given once", async () => {
    const held = createHeldBack(10);
    const tasks = [task("a", "1"), task("a", "2"), task("b", "3")];
    expect(await held.claiming(tasks, claims("1"))).to.deep.equal([]);
    expect(held.freed("c")).to.deep.equal([]);
    expect(held.freed("a")).to.deep.equal([task("a", "2")]);
    expect(held.freed("a")).to.deep.equal([]);
    expect(held.freed("b")).to.deep.equal([task("b", "3")]);
  });

  it("may go at once when a task of their host ended while they were claimed", async () => {
    const held = createHeldBack(10);
    const again = await held.claiming([task("a", "1"), task("b", "2")], async () => {
      held.freed("a");
      return new Set();
    });
    expect(again).to.deep.equal([task("a", "1")]);
    expect(held.freed("a")).to.deep.equal([]);
    expect(held.freed("b")).to.deep.equal([task("b", "2")]);
  });

  it("are no more than the limit, and none after they are forgotten or their claim failed", async () => {
    const held = createHeldBack(1);
    await held.claiming([task("a", "1"), task("b", "2")], claims());
    expect(held.freed("b")).to.deep.equal([]);
    held.clear();
    expect(held.freed("a")).to.deep.equal([]);
    const failed = held.claiming([task("b", "2")], () => Promise.reject(new Error("no database")));
    expect(await failed.catch(String)).to.contain("no database");
    expect(held.freed("b")).to.deep.equal([]);
    await held.claiming([task("b", "2")], claims());
    expect(held.freed("b")).to.deep.equal([task("b", "2")]);
  });
});
