import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { loadBetween, readHostCpu, readIoBytes } from "./index.ts";

describe("the load of the host", () => {
  let procRoot: string;
  beforeEach(async () => {
    procRoot = await mkdtemp(join(tmpdir(), "phoenix-proc-"));
  });
  afterEach(() => rm(procRoot, { recursive: true, force: true }));

  const stat = (line: string): Promise<void> => writeFile(join(procRoot, "stat"), `${line}\ncpu0 1 1 1 1\nintr 5\n`);

  it("is what was neither idle nor waiting, stolen time with it and guest time not twice", async () => {
    await stat("cpu  100 20 30 400 50 6 7 8 90 10");
    const before = readHostCpu(procRoot);
    expect(before).to.deep.equal({ totalTicks: 621, busyTicks: 171 });
    await stat("cpu  150 20 30 420 80 6 7 8 90 10");
    expect(loadBetween(before, readHostCpu(procRoot))).to.equal(0.5);
    expect(loadBetween(before, before)).to.equal(0);
  });

  it("is not guessed where the kernel says something else", async () => {
    await stat("cpu0 1 2 3 4");
    expect(() => readHostCpu(procRoot)).to.throw("does not begin with the time of all processors");
  });

  it("is there on this host, and goes up", () => {
    const before = readHostCpu();
    let now = readHostCpu();
    for (const deadlineMs = Date.now() + 10_000; now.busyTicks === before.busyTicks && Date.now() < deadlineMs; )
      now = readHostCpu();
    expect(loadBetween(before, now)).to.be.within(0.001, 1);
  });
});

describe("the I/O of a process", () => {
  it("is what it read from and wrote to storage", async () => {
    const folder = await mkdtemp(join(tmpdir(), "phoenix-io-"));
    try {
      const before = readIoBytes(process.pid);
      await writeFile(join(folder, "large"), Buffer.alloc(4 * 1024 * 1024), { flush: true });
      const written = readIoBytes(process.pid) - before;
      // A file system in memory has no storage to write to.
      expect(written === 0 || written >= 4 * 1024 * 1024).to.equal(true);
      await mkdir(join(folder, "12"));
      await writeFile(
        join(folder, "12", "io"),
        "rchar: 9\nwchar: 9\nread_bytes: 4096\nwrite_bytes: 100\ncancelled_write_bytes: 7\n",
      );
      expect(readIoBytes(12, folder)).to.equal(4196);
      expect(readIoBytes(13, folder)).to.equal(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
