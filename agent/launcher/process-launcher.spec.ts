import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readProcess } from "../probes/index.ts";
import { attachedProcess } from "./attached-process.ts";
import { createProcessLauncher, type LaunchCommand } from "./index.ts";
import { presentBootId } from "./process-group.ts";

describe("the process launcher", () => {
  const launcher = createProcessLauncher({ pollMs: 20 });
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "phoenix-launcher-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const shell = (text: string): LaunchCommand => ({
    file: "/bin/sh",
    args: ["-c", text],
    env: { PATH: "/usr/bin:/bin", ONLY: "this" },
    cwd: folder,
    logFile: join(folder, "log"),
  });
  const readLog = (suffix = ""): Promise<string> => readFile(join(folder, `log${suffix}`), "utf8");

  it("gives a program exactly the environment it was told", async () => {
    const process = await launcher.launch(shell("exec /usr/bin/env"));
    await process.exited;
    expect(
      (await readLog())
        .split("\n")
        .filter((line) => !/^(PWD|SHLVL|_)=/.test(line))
        .sort(),
    ).to.deep.equal(["", "ONLY=this", "PATH=/usr/bin:/bin"]);
  });

  it("rejects for a program that does not exist, and leaves nothing", async () => {
    const failure = await launcher
      .launch({ ...shell(""), file: join(folder, "missing") })
      .catch((error: Error) => error);
    expect(failure).to.be.instanceOf(Error).with.property("message").that.contains("ENOENT");
  });

  it("keeps the log of the process before as .1", async () => {
    await (await launcher.launch(shell("echo first"))).exited;
    await (await launcher.launch(shell("echo second"))).exited;
    expect([await readLog(".1"), await readLog()]).to.deep.equal(["first\n", "second\n"]);
  });

  it("reaches what an ended process left in its group", async () => {
    const process = await launcher.launch(shell("sleep 60 & echo $!; exit 0"));
    await process.exited;
    const left = Number(await readLog());
    expect(readProcess(left)?.zombie).to.equal(false);
    expect(process.signal("SIGKILL")).to.equal(true);
    while (readProcess(left)?.zombie === false) await new Promise(setImmediate);
    expect(process.signal("SIGKILL")).to.equal(false);
  });

  describe("faced with a stranger that has the pid of an ended process", () => {
    let stranger: ChildProcess;
    let pid: number;

    beforeEach(async () => {
      stranger = spawn("/bin/sleep", ["60"], { detached: true, stdio: "ignore" });
      await once(stranger, "spawn");
      pid = stranger.pid ?? 0;
    });
    afterEach(async () => {
      stranger.kill("SIGKILL");
      await once(stranger, "exit");
    });

    it("neither attaches to it nor signals it", () => {
      const startTicks = (readProcess(pid)?.startTicks ?? 0) - 1;
      const identity = { bootId: presentBootId(), pid, startTicks };
      expect(launcher.attach(identity)).to.equal(null);
      const process = attachedProcess(identity, 20, () => null);
      expect(process.signal("SIGKILL")).to.equal(false);
      process.release();
      expect(readProcess(pid)?.zombie).to.equal(false);
    });

    it("does the same when only the boot differs", () => {
      const identity = { bootId: "another boot", pid, startTicks: readProcess(pid)?.startTicks ?? 0 };
      expect(launcher.attach(identity)).to.equal(null);
      const process = attachedProcess(identity, 20, () => null);
      expect(process.signal("SIGKILL")).to.equal(false);
      process.release();
      expect(readProcess(pid)?.zombie).to.equal(false);
    });
  });
});
