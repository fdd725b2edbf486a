import { expect } from "chai";
import { createStack, type Service } from "./index.ts";

const recorded = (name: string, log: string[], fails: { start?: Error; stop?: Error } = {}): Service => ({
  async start() {
    log.push(`start ${name}`);
    if (fails.start) throw fails.start;
  },
  async stop() {
    log.push(`stop ${name}`);
    if (fails.stop) throw fails.stop;
  },
});

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("createStack", () => {
  it("starts in order and stops in reverse order", async () => {
    const log: string[] = [];
    const stack = createStack();
    for (const name of ["a", "b", "c"]) stack.add(recorded(name, log));
    await stack.start();
    await stack.stop();
    expect(log).to.deep.equal(["start a", "start b", "start c", "stop c", "stop b", "stop a"]);
  });

  it("stops once however often it is asked to", async () => {
    const log: string[] = [];
    const stack = createStack();
    stack.add(recorded("a", log));
    await stack.start();
    await Promise.all([stack.stop(), stack.stop()]);
    await stack.stop();
    expect(log).to.deep.equal(["start a", "stop a"]);
  });

  it("stops what it had started when a later service cannot start", async () => {
    const log: string[] = [];
    const broken = new Error("no port");
    const stack = createStack();
    stack.add(recorded("a", log));
    stack.add(recorded("b", log, { start: broken }));
    stack.add(recorded("c", log));
    expect(await failureOf(stack.start())).to.equal(broken);
    expect(log).to.deep.equal(["start a", "start b", "stop b", "stop a"]);
  });

  it("tells what failed while clearing up as the last cause of what could not start", async () => {
    for (const cause of [undefined, new Error("taken by another")]) {
      const broken = new Error("no port", { cause });
      const stuck = new Error("stuck");
      const stack = createStack();
      stack.add(recorded("a", [], { stop: stuck }));
      stack.add(recorded("b", [], { start: broken }));
      expect(await failureOf(stack.start())).to.equal(broken);
      expect((cause ?? broken).cause).to.equal(stuck);
    }
  });

  it("stops every service even when one fails to stop, and says so", async () => {
    const log: string[] = [];
    const stuck = new Error("stuck");
    const stack = createStack();
    stack.add(recorded("a", log));
    stack.add(recorded("b", log, { stop: stuck }));
    await stack.start();
    expect(await failureOf(stack.stop())).to.equal(stuck);
    expect(log.slice(2)).to.deep.equal(["stop b", "stop a"]);
  });
});
