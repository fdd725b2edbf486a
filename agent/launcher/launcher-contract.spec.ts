import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  createProcessLauncher,
  createScriptedLauncher,
  type LaunchCommand,
  type Launcher,
  type Script,
} from "./index.ts";

/** A behaviour as a shell script for real processes, and as a script for pretended ones. */
type Behaviour = { shell: string; script: Script };

const behaviours = {
  endsWithThree: {
    shell: "echo out; echo err >&2; exit 3",
    script: { output: "out\nerr\n", exit: { code: 3, signal: null } },
  },
  runs: { shell: "exec sleep 60", script: {} },
  ignoresTerm: { shell: "trap '' TERM; echo deaf; sleep 60", script: { output: "deaf\n", ignores: ["SIGTERM"] } },
} satisfies Record<string, Behaviour>;

const launchers: Record<string, () => Launcher> = {
  "the process launcher": () => createProcessLauncher({ pollMs: 20 }),
  "the scripted launcher": () =>
    createScriptedLauncher(
      (command) => Object.values<Behaviour>(behaviours).find((one) => one.shell === command.args[1])?.script ?? {},
    ),
};

for (const [name, create] of Object.entries(launchers)) {
  describe(`${name} keeps the launcher's contract`, () => {
    let folder: string;
    let launcher: Launcher;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "phoenix-launcher-"));
      launcher = create();
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    const command = (behaviour: Behaviour, env: Record<string, string> = {}): LaunchCommand => ({
      file: "/bin/sh",
      args: ["-c", behaviour.shell],
      env: { PATH: "/usr/bin:/bin", ...env },
      cwd: folder,
      logFile: join(folder, "log"),
    });
    const readLog = (suffix = ""): Promise<string> => readFile(join(folder, `log${suffix}`), "utf8");

    it("reports how a process ended and keeps what it wrote in the file", async () => {
      const process = await launcher.launch(command(behaviours.endsWithThree));
      expect(await process.exited).to.deep.equal({ code: 3, signal: null });
      expect(await readLog()).to.equal("out\nerr\n");
    });

    it("ends a process by a signal and then has nothing left to signal or to measure", async () => {
      const process = await launcher.launch(command(behaviours.runs));
      expect(process.usage()).to.have.keys("cpuSeconds", "rssBytes");
      expect(process.signal("SIGTERM")).to.equal(true);
      expect(await process.exited).to.deep.equal({ code: null, signal: "SIGTERM" });
      expect(process.signal("SIGTERM")).to.equal(false);
      expect(process.usage()).to.equal(null);
    });

    it("ends even a process that ignores SIGTERM by SIGKILL", async () => {
      const process = await launcher.launch(command(behaviours.ignoresTerm));
      // The trap is set once it has spoken.
      while ((await readLog()) === "") await new Promise(setImmediate);
      process.signal("SIGTERM");
      expect(process.usage()).to.not.equal(null);
      process.signal("SIGKILL");
      expect(await process.exited).to.deep.equal({ code: null, signal: "SIGKILL" });
    });

    it("attaches to a running process by its identity, and notices its end", async () => {
      const process = await launcher.launch(command(behaviours.runs));
      const attached = launcher.attach({ ...process.identity });
      expect(attached?.identity).to.deep.equal(process.identity);
      attached?.signal("SIGKILL");
      await attached?.exited;
      expect(launcher.attach(process.identity)).to.equal(null);
    });

    it("attaches to nothing whose start time or boot is another", async () => {
      const process = await launcher.launch(command(behaviours.runs));
      const { identity } = process;
      expect(launcher.attach({ ...identity, startTicks: identity.startTicks - 1 })).to.equal(null);
      expect(launcher.attach({ ...identity, bootId: "another boot" })).to.equal(null);
      process.signal("SIGKILL");
      await process.exited;
    });

    it("finds a process by a variable it was started with", async () => {
      const value = crypto.randomUUID();
      const process = await launcher.launch(command(behaviours.runs, { PHX_LAUNCH_ID: value }));
      expect(launcher.find("PHX_LAUNCH_ID", value)).to.deep.equal(process.identity);
      expect(launcher.find("PHX_LAUNCH_ID", "another")).to.equal(null);
      process.signal("SIGKILL");
      await process.exited;
      expect(launcher.find("PHX_LAUNCH_ID", value)).to.equal(null);
    });
  });
}
