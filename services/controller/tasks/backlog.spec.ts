import { expect } from "chai";
import fc from "fast-check";
import { type Backlog, createBacklog } from "./backlog.ts";

/** Tasks "host number priority": a1 is the first of host a. */
const tasksOf = (hosts: string, priority = 0) =>
  [...hosts].map((hostId, place) => ({ hostId, taskSeq: String(place), priority }));
const show = (backlog: Backlog): string[] => {
  const parts: string[] = [];
  for (let part = backlog.take(); part.length > 0; part = backlog.take()) {
    parts.push(part.map(({ hostId, taskSeq }) => `${hostId}${taskSeq}`).join(" "));
  }
  return parts;
};

describe("a backlog of tasks", () => {
  it("gives them in their order, as many as the limit says", () => {
    const backlog = createBacklog({ limit: 2, hostShare: 9 });
    backlog.add(tasksOf("abcde"));
    expect(backlog.size()).to.equal(5);
    expect(show(backlog)).to.deep.equal(["a0 b1", "c2 d3", "e4"]);
    expect(backlog.size()).to.equal(0);
  });

  it("gives each host its turn, so that nobody waits behind one with many", () => {
    const backlog = createBacklog({ limit: 3, hostShare: 9 });
    backlog.add(tasksOf("aaaabc"));
    expect(show(backlog)).to.deep.equal(["a0 b4 c5", "a1 a2 a3"]);
  });

  it("gives a host no more at a time than its share", () => {
    const backlog = createBacklog({ limit: 9, hostShare: 2 });
    backlog.add(tasksOf("aaaaab"));
    expect(show(backlog)).to.deep.equal(["a0 b5 a1", "a2 a3", "a4"]);
  });

  it("gives what is urgent first, although it came later", () => {
    const backlog = createBacklog({ limit: 2, hostShare: 9 });
    backlog.add(tasksOf("aab"));
    expect(backlog.take()).to.have.length(2);
    backlog.add(tasksOf("ac", 5));
    backlog.add(tasksOf("d", 7));
    expect(show(backlog)).to.deep.equal(["d0 a0", "c1 a1"]);
  });

  it("forgets what there is of a host, at every urgency, and nothing else", () => {
    const backlog = createBacklog({ limit: 9, hostShare: 9 });
    backlog.add(tasksOf("aaab"));
    backlog.add(tasksOf("a", 5));
    backlog.forget(["a", "c"]);
    expect(backlog.size()).to.equal(1);
    expect(show(backlog)).to.deep.equal(["b3"]);
  });

  it("forgets what it is told to forget", () => {
    const backlog = createBacklog({ limit: 2, hostShare: 9 });
    backlog.add(tasksOf("aab"));
    backlog.clear();
    expect(backlog.size()).to.equal(0);
    expect(backlog.take()).to.deep.equal([]);
  });

  it("loses and doubles nothing, and keeps the order of each host's equally urgent tasks", () => {
    const task = fc.record({ hostId: fc.constantFrom("a", "b", "c"), priority: fc.constantFrom(0, 1) });
    const size = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(fc.array(fc.array(task)), size, size, (looks, limit, hostShare) => {
        const backlog = createBacklog({ limit, hostShare });
        const seen = looks.flat().map((one, place) => ({ ...one, taskSeq: String(place) }));
        const taken: { taskSeq: string; hostId: string }[] = [];
        let place = 0;
        for (const { length } of looks) {
          backlog.add(seen.slice(place, place + length));
          place += length;
          const part = backlog.take();
          expect(part.length).to.be.at.most(limit);
          for (const { hostId } of part) {
            expect(part.filter((one) => one.hostId === hostId).length).to.be.at.most(hostShare);
          }
          taken.push(...part);
          expect(backlog.size()).to.equal(place - taken.length);
        }
        for (let part = backlog.take(); part.length > 0; part = backlog.take()) taken.push(...part);
        const places = new Map(taken.map(({ taskSeq }, at) => [taskSeq, at]));
        expect(places.size).to.equal(seen.length);
        for (const [index, one] of seen.entries()) {
          const next = seen.slice(index + 1).find((o) => o.hostId === one.hostId && o.priority === one.priority);
          if (next !== undefined) expect(places.get(one.taskSeq)).to.be.below(places.get(next.taskSeq) ?? -1);
        }
      }),
    );
  });
});
