import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createLogFile } from "./index.ts";

describe("a log file", () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "phoenix-log-"));
    path = join(folder, "log");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("gives each whole line once, however it was written", async () => {
    const log = createLogFile(path, { capBytes: 1_000 });
    expect(await log.readNewLines()).to.deep.equal([]);
    await writeFile(path, "one\ntw");
    expect(await log.readNewLines()).to.deep.equal(["one"]);
    await appendFile(path, "o\nthree\n");
    expect(await log.readNewLines()).to.deep.equal(["two", "three"]);
    expect(await log.readNewLines()).to.deep.equal([]);
  });

  it("can begin at what is written from now on", async () => {
    await writeFile(path, "old\n");
    const log = createLogFile(path, { capBytes: 1_000, fromEnd: true });
    expect(await log.readNewLines()).to.deep.equal([]);
    await appendFile(path, "new\n");
    expect(await log.readNewLines()).to.deep.equal(["new"]);
  });

  it("cuts the file at its cap, keeps one older part, and goes on", async () => {
    const log = createLogFile(path, { capBytes: 100 });
    await writeFile(path, `${"x".repeat(120)}\nlast\n`);
    await log.readNewLines();
    expect((await stat(path)).size).to.equal(0);
    expect(await readFile(`${path}.1`, "utf8")).to.match(/last\n$/);
    await appendFile(path, "after\n");
    expect(await log.readNewLines()).to.deep.equal(["after"]);
  });

  it("reads the end of what was written", async () => {
    const log = createLogFile(path, { capBytes: 1_000 });
    expect(await log.readTail(5)).to.equal("");
    await writeFile(path, "0123456789");
    expect(await log.readTail(4)).to.equal("6789");
  });
});
