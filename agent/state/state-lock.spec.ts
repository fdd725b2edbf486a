import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { lockStateDirectory } from "./index.ts";

const here = new URL("./index.ts", import.meta.url).href;

describe("the lock of a state directory", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "phoenix-lock-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("refuses a second agent and names the first", async () => {
    const lock = await lockStateDirectory(directory);
    const refusal = await lockStateDirectory(directory).catch((error: Error) => error);
    expect(refusal).to.be.instanceOf(Error).with.property("message").that.contains(`process id ${process.pid}`);
    await lock.release();
    await (await lockStateDirectory(directory)).release();
    expect(await readdir(directory)).to.deep.equal([]);
  });

  it("is taken over from a process that was killed", async () => {
    const code = `const { lockStateDirectory } = await import(${JSON.stringify(here)});
      await lockStateDirectory(${JSON.stringify(directory)}); console.log("held"); setInterval(() => {}, 60_000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    const refusal = await lockStateDirectory(directory).catch((error: Error) => error);
    expect((refusal as Error).message).to.contain(String(child.pid));
    child.kill("SIGKILL");
    await once(child, "close");
    await (await lockStateDirectory(directory)).release();
  });

  it("is not fooled by a stranger that got the same pid", async () => {
    const lock = await lockStateDirectory(directory);
    const [name] = (await readdir(directory)) as [string];
    const claim = JSON.parse(await readFile(join(directory, name), "utf8"));
    await lock.release();
    await writeFile(join(directory, name), JSON.stringify({ ...claim, startTicks: claim.startTicks - 1 }));
    await (await lockStateDirectory(directory)).release();
    expect(await readdir(directory)).to.deep.equal([]);
  });

  it("gives one winner when many take over the same dead lock at once", async () => {
    const dead = join(directory, "agent.00000000-0000-0000-0000-000000000000.held");
    await writeFile(dead, JSON.stringify({ pid: 1, startTicks: -1, bootId: "before" }));
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => lockStateDirectory(directory)));
    expect(all.filter((result) => result.status === "fulfilled")).to.have.length(1);
  });
});
