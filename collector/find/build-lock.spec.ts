import { existsSync } from "node:fs";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { takeBuildLock } from "./build-lock.ts";

describe("the build lock", () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "phoenix-lock-"));
    path = join(folder, "build.lock");
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("lets a second taker in only after the first gave it back", async () => {
    const first = await takeBuildLock(path, { onWait: () => undefined });
    const order: string[] = [];
    const waiting = Promise.withResolvers<void>();
    const second = takeBuildLock(path, { onWait: waiting.resolve }).then((lock) => {
      order.push("second in");
      return lock;
    });
    await waiting.promise;
    order.push("first out");
    await first.release();
    await (await second).release();
    expect(order).to.deep.equal(["first out", "second in"]);
    expect(existsSync(path)).to.equal(false);
  });

  it("takes over a lock whose holder stopped touching it", async () => {
    await writeFile(path, "killed\n");
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(path, longAgo, longAgo);
    const lock = await takeBuildLock(path, { onWait: () => expect.fail("waited for a dead holder") });
    await lock.release();
  });

  it("stops waiting when aborted", async () => {
    const held = await takeBuildLock(path, { onWait: () => undefined });
    const controller = new AbortController();
    const error = await takeBuildLock(path, { onWait: () => controller.abort(), signal: controller.signal }).catch(
      (caught: Error) => caught,
    );
    expect(error).to.have.property("name", "AbortError");
    await held.release();
  });

  it("leaves another holder's lock alone when giving back its own", async () => {
    const lock = await takeBuildLock(path, { onWait: () => undefined });
    await writeFile(path, "someone else\n");
    await lock.release();
    expect(existsSync(path)).to.equal(true);
  });
});
