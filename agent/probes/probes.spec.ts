import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Code, isPhoenixError, type PhoenixError } from "@phoenix/platform/errors";
import { expect } from "chai";
import {
  createSelfProbe,
  isKernelThread,
  kernelUnits,
  parseProcessStat,
  readBootId,
  readHostFacts,
  readProcess,
  requireLinux,
} from "./index.ts";

/** The 22 fields after the name, counted from 3; `changes` by the field's number in proc_pid_stat(5). */
function line(comm: string, changes: Record<number, number | string> = {}): Buffer {
  const fields = Array.from({ length: 50 }, (_, index) => changes[index + 3] ?? (index === 0 ? "S" : index + 3));
  return Buffer.from(`1234 (${comm}) ${fields.join(" ")}\n`);
}

describe("parseProcessStat", () => {
  it("takes each number from its place", () => {
    expect(parseProcessStat(line("nginx"))).to.deep.equal({
      pid: 1234,
      comm: "nginx",
      commBytes: 5,
      state: "S",
      parentPid: 4,
      flags: 9,
      cpuTicks: 14 + 15,
      startTicks: 22,
      rssPages: 24,
    });
  });

  it("reads names that hold spaces and parentheses", () => {
    expect(parseProcessStat(line("a) R (b c)"))).to.deep.include({ comm: "a) R (b c)", state: "S", startTicks: 22 });
    expect(parseProcessStat(line("é"))).to.deep.include({ comm: "é", commBytes: 2 });
  });

  it("knows a thread of the kernel by its flags", () => {
    expect(isKernelThread(parseProcessStat(line("kthreadd", { 9: 2129984 }))!)).to.equal(true);
    expect(isKernelThread(parseProcessStat(line("cat", { 9: 4194304 }))!)).to.equal(false);
  });

  it("takes nothing from what is not such a line", () => {
    for (const text of ["", "no name", "1234 (cut", "1234 (cut) S 1 2 3"]) {
      expect(parseProcessStat(Buffer.from(text)), text).to.equal(undefined);
    }
  });
});

describe("readProcess", () => {
  let child: ChildProcess;

  beforeEach(async () => {
    child = spawn("/bin/sh", ["-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo; read -r line"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    await once(child.stdout!, "data");
  });

  afterEach(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  });

  it("measures CPU time, memory and start of a process", () => {
    const reading = readProcess(child.pid!)!;
    expect(reading.cpuSeconds).to.be.within(0.01, 30);
    expect(reading.rssBytes).to.be.within(100 * 1024, 64 * 1024 * 1024);
    expect(reading.startTicks).to.be.above(0);
    expect(reading.zombie).to.equal(false);
    expect(readProcess(child.pid!)!.startTicks).to.equal(reading.startTicks);
  });

  it("agrees with Node about this process", () => {
    const own = process.cpuUsage();
    const reading = readProcess(process.pid)!;
    expect(reading.cpuSeconds).to.be.closeTo((own.user + own.system) / 1e6, 0.1);
    expect(reading.rssBytes / process.memoryUsage.rss()).to.be.within(0.7, 1.3);
  });

  it("is undefined for a process that has ended", async () => {
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    expect(readProcess(child.pid!)).to.equal(undefined);
  });
});

describe("facts of the host", () => {
  it("name this boot and this kernel", () => {
    const facts = readHostFacts();
    expect(facts.bootId).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(facts.bootId).to.equal(readBootId());
    expect(facts.cpuCount).to.be.at.least(1);
    expect(facts.memoryBytes).to.be.above(64 * 1024 * 1024);
    expect(facts.hostName).to.not.equal("");
  });

  it("have the kernel's own units", () => {
    expect(kernelUnits().ticksPerSecond).to.be.within(100, 1_024);
    expect(Math.log2(kernelUnits().pageBytes) % 1).to.equal(0);
  });
});

describe("createSelfProbe", () => {
  it("gives CPU since the reading before, as a share of one core", () => {
    let nowMs = 0;
    const probe = createSelfProbe(() => nowMs);
    const until = process.cpuUsage().user + 60_000;
    while (process.cpuUsage().user < until);
    nowMs = 100;
    const busy = probe.read();
    expect(busy.cpuRatio).to.be.above(0.5);
    expect(busy.rssBytes).to.be.above(1024 * 1024);
    nowMs = 1_000_000;
    expect(probe.read().cpuRatio).to.be.below(0.01);
    expect(probe.read().cpuRatio).to.equal(0);
  });
});

describe("requireLinux", () => {
  it("says what is not supported, where, and what to do", () => {
    try {
      requireLinux("Measuring a process", "darwin");
      expect.fail("should have refused");
    } catch (error) {
      expect(isPhoenixError(error)).to.equal(true);
      expect((error as PhoenixError).code).to.equal(Code.Unimplemented);
      expect((error as PhoenixError).message).to.match(/Measuring a process is not supported on darwin.*Linux host/);
    }
    expect(() => requireLinux("Anything", "linux")).to.not.throw();
  });
});
