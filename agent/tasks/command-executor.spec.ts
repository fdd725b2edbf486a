import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { CommandTaskSchema, TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { createCommandExecutor, programFolderVariable, reapPrograms } from "./index.ts";

describe("the command executor", () => {
  let directory: string;
  let program: string;
  const context = () => ({ signal: new AbortController().signal, progress: () => undefined });
  const run = (argv: string[], timeoutMs = 5_000, signal = context().signal) =>
    createCommandExecutor(directory)(
      create(CommandTaskSchema, { argv, timeout: durationFromMs(timeoutMs) }),
      TaskAction.EXECUTE,
      { ...context(), signal },
    );
  const allow = async (mode = 0o600): Promise<void> => {
    const digest = createHash("sha256")
      .update(await readFile(program))
      .digest("hex");
    const path = join(directory, "allowed-commands.json");
    await writeFile(path, JSON.stringify([digest]));
    await chmod(path, mode);
  };
  const write = (script: string) => writeFile(program, `#!/bin/sh\n${script}\n`, { mode: 0o700 });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "phoenix-command-"));
    program = join(directory, "program.sh");
    await write('echo "$1"; echo bad >&2; exit "$2"');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("runs nothing unless the host has a list", async () => {
    expect(await run([program])).to.include({ state: "failed", retryable: false });
  });

  it("runs a listed program with its arguments as they are, and gives its output", async () => {
    await allow();
    expect(await run([program, "$HOME; *", "0"])).to.include({ state: "completed", message: "$HOME; *\nbad\n" });
    expect((await readdir(directory)).sort()).to.deep.equal(["allowed-commands.json", "program.sh"]);
  });

  it("says how a program failed", async () => {
    await allow();
    const result = await run([program, "x", "3"]);
    expect(result.message).to.contain("status 3").and.to.contain("bad");
  });

  it("refuses a program that was changed since it was listed", async () => {
    await allow();
    await write("echo other");
    expect((await run([program])).message).to.contain("not among the programs");
  });

  it("refuses a list that others may write, and a program without a full path", async () => {
    await allow(0o666);
    expect((await run([program])).message).to.contain("nobody else may write");
    await allow();
    expect((await run(["sh", "-c", "true"])).message).to.contain("absolute path");
  });

  it("kills a program, and what it started, at its time-out", async () => {
    await write("sleep 60 & sleep 60");
    await allow();
    expect((await run([program], 200)).message).to.contain("longer than 200 ms");
  });

  it("kills a program that is called off", async () => {
    await write("sleep 60");
    await allow();
    expect((await run([program], 60_000, AbortSignal.timeout(100))).message).to.contain("called off");
  });

  it("says what a program left running that the agent may not end, and does not wait for it", async () => {
    const note = join(directory, "left");
    await write(`sleep 60 & echo $! > ${note}`);
    await allow();
    const { kill } = process;
    // Only an agent without root's rights meets this, with a program that runs another as somebody else.
    process.kill = (pid, signal) => {
      if (pid < 0) throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
      return kill.call(process, pid, signal);
    };
    try {
      const result = await run([program]);
      expect(result).to.include({ state: "failed", retryable: false });
      expect(result.message).to.contain("what is left of it could not be ended (EPERM)");
    } finally {
      process.kill = kill;
      process.kill(Number(await readFile(note, "utf8")), "SIGKILL");
    }
  });

  it("keeps at most 64 KiB of output", async () => {
    await write("yes | head -c 1000000");
    await allow();
    expect((await run([program])).message).to.have.length(64 * 1024);
  });

  it("kills what an agent that died left running, and nothing else", async () => {
    const folder = await mkdtemp(join(directory, "command-"));
    const options = { detached: true, stdio: "ignore", cwd: folder } as const;
    const left = spawn("/bin/sh", ["-c", "sleep 600 & wait"], { ...options, env: { [programFolderVariable]: folder } });
    const stranger = spawn("/bin/sleep", ["600"], { ...options, env: {} });
    const ends = [once(left, "exit"), once(stranger, "exit")];
    try {
      await Promise.all([once(left, "spawn"), once(stranger, "spawn")]);
      await reapPrograms(directory, createLogger({ name: "test", level: "silent" }));
      expect(await ends[0]).to.deep.equal([null, "SIGKILL"]);
      expect(stranger.exitCode ?? stranger.signalCode).to.equal(null);
      expect((await readdir(directory)).filter((name) => name.startsWith("command-"))).to.deep.equal([]);
    } finally {
      stranger.kill("SIGKILL");
      left.kill("SIGKILL");
      await Promise.all(ends);
    }
  });
});
