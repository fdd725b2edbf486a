import { expect } from "chai";
import { ErrorReason, isPhoenixError, phoenixError } from "../errors/index.ts";
import { createGathering } from "./gathering.ts";

describe("a gathering without keys", () => {
  it("takes all that waits together, in its order, however much of it is alike", async () => {
    const batches: string[] = [];
    const together = createGathering<string, string>({
      hands: 1,
      spacingMs: 0,
      maxBatch: 3,
      maxWaiting: 100,
      async work(items) {
        batches.push(items.join(" "));
        return items.map((item) => item.toUpperCase());
      },
    });
    const given = ["a", "a", "a", "a", "b"].map((item) => together.add(item));
    expect(await Promise.all(given)).to.deep.equal(["A", "A", "A", "A", "B"]);
    expect(batches).to.deep.equal(["a a a", "a b"]);
  });
});

describe("a gathering", () => {
  let batches: string[];
  let release: () => void;
  const make = (over: { hands?: number; maxBatch?: number; maxWaiting?: number; fail?: (items: string[]) => void }) =>
    createGathering<string, string>({
      keyOf: (item) => item[0] ?? "",
      hands: over.hands ?? 1,
      spacingMs: 0,
      maxBatch: over.maxBatch ?? 10,
      maxWaiting: over.maxWaiting ?? 100,
      async work(items) {
        batches.push(items.join(" "));
        over.fail?.([...items]);
        if (batches.length === 1) await new Promise<void>((resolve) => (release = resolve));
        return items.map((item) => item.toUpperCase());
      },
    });
  const begun = async (): Promise<void> => {
    while (batches.length === 0) await new Promise((resolve) => setImmediate(resolve));
  };
  beforeEach(() => {
    batches = [];
    release = () => undefined;
  });

  it("works at once on what comes alone, and together on what comes meanwhile", async () => {
    const { add } = make({});
    const first = add("a");
    await begun();
    const others = ["b", "c", "d"].map(add);
    release();
    expect(await Promise.all([first, ...others])).to.deep.equal(["A", "B", "C", "D"]);
    expect(batches).to.deep.equal(["a", "b c d"]);
  });

  it("keeps items of one key apart and in their order, and batches to their size", async () => {
    const { add } = make({ maxBatch: 2 });
    const first = add("a");
    await begun();
    const others = ["b1", "b2", "c", "b3"].map(add);
    release();
    await Promise.all([first, ...others]);
    expect(batches).to.deep.equal(["a", "b1 c", "b2", "b3"]);
  });

  it("looks at no more of what waits than the next batch takes", async () => {
    let looked = 0;
    const { add } = createGathering<string, string>({
      keyOf(item) {
        looked += 1;
        return item;
      },
      work: async (items) => items,
      hands: 1,
      spacingMs: 0,
      maxBatch: 10,
      maxWaiting: 1_000,
    });
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => add(String(index))));
    // Once to take each, once to give its key back.
    expect(looked).to.equal(2_000);
  });

  it("rests between batches, but not when the next is full", async () => {
    const { add } = createGathering<string, string>({
      work: async (items) => {
        batches.push(items.join(" "));
        return items;
      },
      hands: 1,
      spacingMs: 3_600_000,
      maxBatch: 2,
      maxWaiting: 100,
    });
    await Promise.all(["a", "b", "c", "d"].map(add));
    expect(batches).to.deep.equal(["a b", "c d"]);
  });

  it("never has one key in two hands, and goes on with it when the first is done", async () => {
    const { add } = make({ hands: 2 });
    const first = add("a1");
    await begun();
    const others = ["a2", "b"].map(add);
    expect(await others[1]).to.equal("B");
    expect(batches).to.deep.equal(["a1", "b"]);
    release();
    expect(await Promise.all([first, ...others])).to.deep.equal(["A1", "A2", "B"]);
    expect(batches).to.deep.equal(["a1", "b", "a2"]);
  });

  it("tries a batch that failed item by item, and fails those alone that cannot be done", async () => {
    const { add } = make({
      fail: (items) => {
        if (items.includes("c")) throw new Error("not c");
      },
    });
    const first = add("a");
    await begun();
    const others = ["b", "c", "d"].map(add);
    release();
    const ends = await Promise.allSettled([first, ...others]);
    expect(ends.map(({ status }) => status)).to.deep.equal(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(batches).to.deep.equal(["a", "b c d", "b", "c", "d"]);
  });

  it("fails all when the database is away: each of them may be tried again", async () => {
    const away = phoenixError(ErrorReason.DATABASE_UNAVAILABLE, "away");
    const { add } = make({
      fail: (items) => {
        if (items.length > 1) throw away;
      },
    });
    const first = add("a");
    await begun();
    const others = Promise.allSettled(["b", "c"].map(add));
    release();
    await first;
    for (const end of await others) expect(end).to.include({ status: "rejected", reason: away });
    expect(batches).to.deep.equal(["a", "b c"]);
  });

  it("refuses more than may wait", async () => {
    const { add } = make({ maxWaiting: 1 });
    const first = add("a");
    await begun();
    const second = add("b");
    let refusal: unknown;
    try {
      await add("c");
    } catch (error) {
      refusal = error;
    }
    expect(isPhoenixError(refusal, ErrorReason.SERVICE_UNAVAILABLE)).to.equal(true);
    release();
    await Promise.all([first, second]);
  });
});
