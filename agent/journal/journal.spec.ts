import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { openJournal, type TaskResult } from "./index.ts";

const logger = createLogger({ name: "test", level: "silent" });
const done: TaskResult = { state: "completed", message: "healthy", retryable: false };
const assignment = new Uint8Array([1, 2, 3]);

describe("the journal", () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "phoenix-journal-"));
    path = join(directory, "journal.log");
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("remembers over a reopening what began, what ended, and the newest lease", async () => {
    const first = await openJournal({ directory, logger });
    await first.begin({ taskId: "a", attempt: 1, leaseToken: 7n, assignment });
    await first.begin({ taskId: "b", attempt: 2, leaseToken: 2n ** 60n, assignment });
    await first.end({ taskId: "a", attempt: 1, leaseToken: 7n }, done);
    await first.close();

    const second = await openJournal({ directory, logger });
    expect(second.unfinished()).to.deep.equal([{ taskId: "b", attempt: 2, leaseToken: 2n ** 60n, assignment }]);
    expect(second.ended("a")).to.deep.include({ attempt: 1, leaseToken: 7n, result: done });
    expect(second.newestLease("b")).to.equal(2n ** 60n);
    expect(second.newestLease("never")).to.equal(0n);
    await second.close();
  });

  it("drops a torn last line, without calling the file corrupt", async () => {
    const first = await openJournal({ directory, logger });
    await first.begin({ taskId: "a", attempt: 1, leaseToken: 1n, assignment });
    await first.end({ taskId: "a", attempt: 1, leaseToken: 1n }, done);
    await first.close();
    const whole = await readFile(path, "utf8");
    await writeFile(path, whole.slice(0, -10));

    const second = await openJournal({ directory, logger });
    expect(second.quarantined).to.equal(null);
    expect(second.unfinished().map((begun) => begun.taskId)).to.deep.equal(["a"]);
    await second.close();
  });

  it("sets a corrupt file aside and keeps the lines that can be read", async () => {
    const first = await openJournal({ directory, logger });
    for (const taskId of ["a", "b", "c"]) {
      await first.end({ taskId, attempt: 1, leaseToken: 1n }, done);
    }
    await first.close();
    const lines = (await readFile(path, "utf8")).split("\n");
    lines[1] = `${lines[1]?.slice(0, 20)}X${lines[1]?.slice(21)}`;
    await writeFile(path, lines.join("\n"));

    const second = await openJournal({ directory, logger });
    expect(second.quarantined).to.be.a("string");
    expect(await readdir(directory)).to.have.length(2);
    expect(["a", "b", "c"].map((id) => second.ended(id) !== undefined)).to.deep.equal([true, false, true]);
    await second.close();
    const third = await openJournal({ directory, logger });
    expect(third.quarantined).to.equal(null);
    await third.close();
  });

  it("opens on a file of noise", async () => {
    await writeFile(path, "noise\nmore noise\nand more\n");
    const journal = await openJournal({ directory, logger });
    expect(journal.unfinished()).to.deep.equal([]);
    await journal.begin({ taskId: "a", attempt: 1, leaseToken: 1n, assignment });
    await journal.close();
  });

  it("is compacted by size and forgets the oldest ends, never a try in work", async () => {
    const journal = await openJournal({ directory, logger, maxBytes: 4096, keepEnded: 5 });
    await journal.begin({ taskId: "open", attempt: 1, leaseToken: 1n, assignment });
    for (let i = 0; i < 200; i++) await journal.end({ taskId: `t${i}`, attempt: 1, leaseToken: 1n }, done);
    await journal.close();
    expect((await stat(path)).size).to.be.lessThan(8192);
    const again = await openJournal({ directory, logger, keepEnded: 5 });
    expect(again.unfinished().map((begun) => begun.taskId)).to.deep.equal(["open"]);
    expect(again.ended("t199")).to.not.equal(undefined);
    await again.close();
  });

  it("keeps entries whole and in order when many are written at once", async () => {
    const journal = await openJournal({ directory, logger });
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => journal.end({ taskId: `t${i}`, attempt: 1, leaseToken: 1n }, done)),
    );
    await journal.close();
    await appendFile(path, "");
    const again = await openJournal({ directory, logger });
    expect(again.endedSince(0).map((ended) => ended.taskId)).to.deep.equal(
      Array.from({ length: 50 }, (_, i) => `t${i}`),
    );
    await again.close();
  });
});
