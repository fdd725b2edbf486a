import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { expect } from "chai";
import { readProcess } from "../probes/index.ts";
import { collectorProcessName, type ProcessSighting, scanProcesses } from "./index.ts";

describe("collectorProcessName", () => {
  it("is the kernel's name while that cannot have been cut", () => {
    expect(collectorProcessName("nginx", 5, "/usr/sbin/nginx-debug")).to.equal("nginx");
    expect(collectorProcessName("fourteen-bytes", 14, "fourteen-bytes-and-more")).to.equal("fourteen-bytes");
  });

  it("is the base name of argv[0] where that continues a name of 15 bytes", () => {
    expect(collectorProcessName("prometheus-node", 15, "/usr/bin/prometheus-node-exporter")).to.equal(
      "prometheus-node-exporter",
    );
    expect(collectorProcessName("prometheus-node", 15, "prometheus-node-exporter/")).to.equal(
      "prometheus-node-exporter",
    );
  });

  it("is the cut name where argv[0] says something else or nothing", () => {
    for (const argv0 of ["/usr/bin/python3", "", undefined]) {
      expect(collectorProcessName("a-long-script.p", 15, argv0)).to.equal("a-long-script.p");
    }
  });
});

describe("scanProcesses", () => {
  let folder: string;
  let children: ChildProcess[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "phoenix-scan-"));
    children = [];
  });

  afterEach(async () => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }
    await rm(folder, { recursive: true });
  });

  /** A real process whose file has this name; it lives until its input ends. */
  async function run(fileName: string, argv0: string): Promise<number> {
    const path = join(folder, fileName);
    await symlink("/bin/sh", path);
    const child = spawn(path, ["-c", "echo up; read -r line"], { argv0, stdio: ["pipe", "pipe", "ignore"] });
    children.push(child);
    await once(child.stdout!, "data");
    return child.pid!;
  }

  async function sightingOf(pid: number): Promise<ProcessSighting | undefined> {
    return (await scanProcesses()).find((sighting) => sighting.pid === pid);
  }

  it("sees real processes under the name a collector gives them", async () => {
    const short = await run("payment-api", "sh");
    const long = await run("prometheus-node-exporter", "/usr/bin/prometheus-node-exporter");
    const renamed = await run("another-very-long-name", "sh");
    expect((await sightingOf(short))!.name).to.equal("payment-api");
    expect((await sightingOf(long))!.name).to.equal("prometheus-node-exporter");
    expect((await sightingOf(renamed))!.name).to.equal("another-very-lo");
  });

  it("knows each by pid and start time, and no longer once it is gone", async () => {
    const pid = await run("cron", "sh");
    const sighting = (await sightingOf(pid))!;
    expect(sighting).to.deep.include({ startTicks: readProcess(pid)!.startTicks, zombie: false });
    expect(sighting.rssPages).to.be.above(0);
    const ended = once(children[0]!, "exit");
    children[0]!.kill("SIGKILL");
    await ended;
    expect(await sightingOf(pid)).to.equal(undefined);
  });

  it("marks a process that has ended and was not waited for", async () => {
    // exec keeps the shell's child but not its habit of waiting for it. The child lives until the exec is
    // done, because a shell that is still there might wait for it.
    const path = join(folder, "parent");
    await symlink("/bin/sh", path);
    const child = spawn(path, ["-c", "read -r go <&3 & echo $!; exec sleep 60"], {
      argv0: "sh",
      stdio: ["ignore", "pipe", "ignore", "pipe"],
    });
    children.push(child);
    const [pidText] = (await once(child.stdout!, "data")) as [Buffer];
    const pid = Number(pidText.toString());
    const execDeadlineMs = Date.now() + 10_000;
    while ((await sightingOf(child.pid!))?.name !== "sleep" && Date.now() < execDeadlineMs);
    (child.stdio[3] as Writable).end();
    const deadlineMs = Date.now() + 10_000;
    let sighting = await sightingOf(pid);
    while (sighting?.zombie !== true && Date.now() < deadlineMs) sighting = await sightingOf(pid);
    expect(sighting).to.deep.include({ zombie: true, rssPages: 0 });
  });

  it("looks at what processes read and write only when asked", async () => {
    expect((await scanProcesses()).every(({ ioBytes }) => ioBytes === 0)).to.equal(true);
    expect(await scanProcesses({ io: true })).to.not.be.empty;
  });

  it("leaves threads of the kernel out", async () => {
    const names = (await scanProcesses()).map(({ name }) => name);
    expect(names).to.not.include("kthreadd");
    expect(names).to.not.be.empty;
  });
});
