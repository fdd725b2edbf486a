import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { expect } from "chai";
import { createScriptedHost, type ScriptedHost } from "./scripted-host.ts";
import type { Supervisor } from "./supervisor.ts";

const { STARTING, HEALTHY, UNHEALTHY, BACKING_OFF, CRASH_LOOP, STOPPED } = CollectorState;

describe("the supervisor, on a host where only the files are real", () => {
  let host: ScriptedHost;
  let supervisor: Supervisor;

  beforeEach(async () => {
    host = await createScriptedHost();
    supervisor = host.createSupervisor();
    await supervisor.start();
  });
  afterEach(async () => {
    await host.finish(supervisor.stop({ stopCollectors: true }));
    expect(host.running()).to.deep.equal([]);
    await host.remove();
  });

  const apply = (text: string, different = {}) => host.finish(supervisor.apply(host.spec(text, different)));
  const only = () => supervisor.list()[0];
  const last = () => host.launcher.launched.at(-1);
  const states = () => host.changes.map((one) => one.state).filter((state, index, all) => state !== all[index - 1]);
  const state = (wanted: CollectorState) => () => only()?.state === wanted;
  const onDisk = (name: string) => readFile(join(host.stateDir, "collectors", "active", name), "utf8");

  describe("applies a configuration", () => {
    it("and reports it when it is healthy and stayed up for two seconds", async () => {
      const before = host.clock.monotonicMs();
      const result = await apply("good");
      expect(result).to.have.property("ok", true);
      expect(host.clock.monotonicMs() - before).to.be.within(2_000, 3_000);
      expect(states()).to.deep.equal([STARTING, HEALTHY]);
      expect(only()).to.include({ pid: last()?.identity.pid, restarts: 0, lastError: "" });
      expect(await onDisk("config.yaml")).to.equal("good");
      expect(await onDisk("last-good.yaml")).to.equal("good");
    });

    it("with an environment whose first scrape falls at 30 % of a window", async () => {
      await host.clock.advance(1_234);
      const nowMs = host.clock.wallMs();
      await apply("good", { windowMs: 5_000, variant: "candidate" });
      const env = last()?.command.env ?? {};
      expect(env).to.include({ PHX_HOST_ID: "h-1", PHX_VARIANT: "candidate", PATH: "/usr/bin", HOME: "/root" });
      expect((nowMs + 70 + Number.parseInt(env.PHX_INITIAL_DELAY ?? "", 10)) % 5_000).to.be.closeTo(1_500, 1);
    });

    it("with what its moving filter refers to, while it is asked about and when it starts", async () => {
      const head = `# phoenix-dynamic: {"intervalMs":5000,"policy":{"topK":{"processes":3}}}`;
      expect(await apply(`good\n${head}\n`)).to.have.property("ok", true);
      const { env = {}, args = [] } = last()?.command ?? {};
      expect(args).to.include("--feature-gates=service.partialReload");
      expect(await readdir(env.PHX_DYN_DIR ?? "")).to.have.members([
        "moved_delay",
        "names.yaml",
        "pids.yaml",
        "start_delay",
      ]);
      expect(only()?.dynamicDetail).to.match(/^3 of \d+ processes$/);
      expect(await apply("good, and stands still")).to.have.property("ok", true);
      expect(last()?.command.env).to.not.have.property("PHX_DYN_DIR");
      expect(only()?.dynamicDetail).to.equal("");
    });

    it("not when its moving filter is one that cannot be followed", async () => {
      await apply("good");
      const refused = await apply('good\n# phoenix-dynamic: {"intervalMs":5000,"policy":{}}\n');
      expect(refused).to.include({ ok: false, retryable: false });
      expect(refused).to.have.property("words").that.contains("Its moving filter cannot be followed");
      expect(host.running()).to.have.length(1);
    });

    it("not when it breaks a rule, of which it says the place, and leaves what runs alone", async () => {
      await apply("good");
      const refused = await apply("unruly");
      expect(refused).to.deep.equal({
        ok: false,
        retryable: false,
        words:
          "This agent runs no configuration that breaks a rule.\n" +
          "plain-words at exporters.debug, line 6, column 3: It is unruly. (Write another.)",
      });
      expect(host.launcher.launched).to.have.length(1);
      expect([await onDisk("config.yaml"), await onDisk("last-good.yaml")]).to.deep.equal(["good", "good"]);
    });

    it("that a rule only warns of, and says so", async () => {
      const result = await apply("doubtful");
      expect(result).to.deep.include({
        ok: true,
        remarks: ["plain-words at exporters.debug, line 6, column 3: It is doubtful. (Write another.)"],
      });
    });

    it("without a restart when it runs already", async () => {
      await apply("good");
      expect(await apply("good")).to.have.property("ok", true);
      expect(await apply("good", { mustKeep: ["nginx"], experimentId: "e" })).to.have.property("ok", true);
      expect(host.launcher.launched.length).to.equal(1);
      expect(only()?.spec).to.deep.include({ mustKeep: ["nginx"], experimentId: "e" });
      expect(JSON.parse(await onDisk("spec.json"))).to.deep.include({ mustKeep: ["nginx"] });
    });

    it("in place of the one that runs, which is ended first", async () => {
      await apply("good");
      await apply("better");
      expect(host.launcher.launched.map((one) => one.ended)).to.deep.equal([true, false]);
      expect(host.launcher.launched[0]?.signals[0]).to.equal("SIGTERM");
      expect(await onDisk("last-good.yaml")).to.equal("better");
    });

    it("one after the other when two come at once", async () => {
      const both = await host.finish(
        Promise.all([supervisor.apply(host.spec("one")), supervisor.apply(host.spec("two"))]),
      );
      expect(both.map((one) => one.ok)).to.deep.equal([true, true]);
      expect(host.running().length).to.equal(1);
      expect(await onDisk("config.yaml")).to.equal("two");
    });

    it("for two collectors at once, on four different ports", async () => {
      const specs = [
        host.spec("good", { collectorId: "e.baseline" }),
        host.spec("good", { collectorId: "e.candidate" }),
      ];
      await host.finish(Promise.all(specs.map((spec) => supervisor.apply(spec))));
      const ports = supervisor.list().flatMap((one) => [one.healthPort, one.metricsPort]);
      expect(new Set(ports).size).to.equal(4);
      expect(host.running().length).to.equal(2);
    });

    it("only with a spec in order, and not while it stops", async () => {
      expect(await apply("good", { collectorId: "../../etc" })).to.include({ ok: false, retryable: false });
      await supervisor.stop({ stopCollectors: true });
      expect(await apply("good")).to.include({ ok: false, retryable: true });
      expect(host.launcher.launched.length).to.equal(0);
    });
  });

  describe("keeps the last good configuration", () => {
    it("running untouched when the collector refuses a new one, and remembers the refusal", async () => {
      await apply("good");
      const refused = await apply("invalid");
      expect(refused).to.include({
        ok: false,
        retryable: false,
        words: "unknown processor, delivering to $PHX_TAP_URL",
      });
      expect(host.launcher.launched.length).to.equal(1);
      expect(host.running().length).to.equal(1);
      expect(await onDisk("config.yaml")).to.equal("good");
      const fetches = host.fetched.length;
      expect(await apply("invalid"))
        .to.have.property("words")
        .that.contains("unknown processor");
      expect(host.fetched.length).to.equal(fetches);
    });

    it("and starts it again when the new one dies", async () => {
      await apply("good");
      const refused = await apply("dies");
      expect(refused).to.have.property("words").that.contains("exit code 1").and.contains("no such file");
      await host.clock.runUntil(state(HEALTHY));
      expect(only()?.spec.configDigest).to.equal(host.spec("good").configDigest);
      expect(only()?.lastError).to.contain("no such file");
      expect(await onDisk("config.yaml")).to.equal("good");
    });

    it("and starts it again when the new one is not healthy within twenty seconds", async () => {
      await apply("good");
      host.healthy = (process) => process !== host.launcher.launched[1];
      const before = host.clock.monotonicMs();
      expect(await apply("sick"))
        .to.have.property("words")
        .that.contains("not healthy within 20 s");
      expect(host.clock.monotonicMs() - before).to.be.within(20_000, 21_000);
      expect(host.launcher.launched[1]?.ended).to.equal(true);
      await host.clock.runUntil(state(HEALTHY));
      expect(await onDisk("config.yaml")).to.equal("good");
    });

    it("and goes back to it when the new one is lost in a crash loop later", async () => {
      await apply("good");
      await apply("weak");
      for (let crash = 0; crash < 5; crash++) {
        const launches = host.launcher.launched.length;
        last()?.end({ code: 2, signal: null }, "panic: out of luck\n");
        await host.clock.runUntil(() => host.launcher.launched.length > launches);
      }
      await host.clock.runUntil(state(HEALTHY));
      expect(only()?.spec.configDigest).to.equal(host.spec("good").configDigest);
      expect(only()?.lastError).to.contain("Ended 5 times").and.contain("out of luck");
      expect(await apply("weak"))
        .to.have.property("words")
        .that.contains("Failed on this host");
    });

    it("but does not go back once the new one has been healthy for a minute", async () => {
      await apply("good");
      await apply("weak");
      await host.clock.advance(70_000);
      for (let crash = 0; crash < 6; crash++) {
        if (crash > 0) await host.clock.runUntil(() => host.running().length === 1);
        last()?.end({ code: 2, signal: null });
        await host.clock.runUntil(() => host.running().length === 0);
        if (only()?.state === CRASH_LOOP) break;
      }
      await host.clock.runUntil(state(CRASH_LOOP));
      expect(only()?.spec.configDigest).to.equal(host.spec("weak").configDigest);
    });

    it("but starts nothing when there is none, not even as the next agent", async () => {
      const refused = await apply("dies");
      expect(refused).to.have.property("ok", false);
      expect(only()).to.include({ state: STOPPED, pid: 0 });
      expect(only()?.lastError).to.contain("no such file");
      await host.finish(supervisor.stop({ stopCollectors: false }));
      supervisor = host.createSupervisor();
      await host.finish(supervisor.start());
      expect(host.launcher.launched.length).to.equal(1);
      expect(supervisor.list()).to.deep.equal([]);
    });
  });

  describe("keeps a collector running", () => {
    beforeEach(() => apply("good"));

    it("by starting it again after an end, on the same ports, with a new initial delay", async () => {
      const ports = [only()?.healthPort, only()?.metricsPort];
      await host.clock.advance(1_111);
      last()?.end({ code: 1, signal: null }, "Error: out of luck\n");
      await host.clock.runUntil(state(BACKING_OFF));
      expect(only()).to.include({ pid: 0 });
      expect(only()?.lastError).to.contain("exit code 1").and.contain("out of luck");
      await host.clock.runUntil(() => host.running().length === 1);
      const nowMs = only()?.startedAtMs ?? 0;
      expect((nowMs + Number.parseInt(last()?.command.env.PHX_INITIAL_DELAY ?? "", 10)) % 5_000).to.be.within(
        1_300,
        1_501,
      );
      await host.clock.runUntil(state(HEALTHY));
      expect(only()).to.include({ restarts: 1 });
      expect([only()?.healthPort, only()?.metricsPort]).to.deep.equal(ports);
    });

    it("until it ended five times within two minutes, and then not before it is applied again", async () => {
      for (let crash = 0; crash < 5; crash++) {
        await host.clock.runUntil(() => host.running().length === 1);
        last()?.end({ code: null, signal: "SIGSEGV" });
        await host.clock.runUntil(() => host.running().length === 0);
      }
      await host.clock.runUntil(state(CRASH_LOOP));
      await host.clock.advance(300_000);
      expect(host.launcher.launched.length).to.equal(5);
      expect(only()?.lastError).to.contain("SIGSEGV");
      expect(await apply("good")).to.have.property("ok", true);
      expect(only()).to.include({ state: HEALTHY, restarts: 0 });
    });

    it("and says so while its health check fails", async () => {
      host.healthy = () => false;
      await host.clock.runUntil(state(UNHEALTHY));
      expect(host.running().length).to.equal(1);
      host.healthy = () => true;
      await host.clock.runUntil(state(HEALTHY));
      expect(host.launcher.launched.length).to.equal(1);
    });

    it("and hands on what it writes, without the tap's secret", async () => {
      await host.clock.runUntil(() => host.lines.length > 0);
      expect(host.lines).to.deep.equal(["Everything is ready, delivering to $PHX_TAP_URL/v1/metrics"]);
    });

    it("and knows what it uses, as long as it runs", async () => {
      expect(supervisor.usage("active")).to.deep.equal({ cpuSeconds: 0.5, rssBytes: 50 * 1024 * 1024 });
      expect(supervisor.usage("other")).to.equal(null);
      expect(await supervisor.exporterFailures("other")).to.equal(null);
      await host.finish(supervisor.remove("active"));
      expect(supervisor.usage("active")).to.equal(null);
    });
  });

  describe("ends a collector", () => {
    it("by SIGTERM, and after five seconds by SIGKILL", async () => {
      await apply("deaf");
      const before = host.clock.monotonicMs();
      await host.finish(supervisor.remove("active"));
      expect(host.clock.monotonicMs() - before).to.equal(5_000);
      expect(last()?.signals).to.deep.equal(["SIGTERM", "SIGKILL"]);
      expect(host.changes.at(-1)?.state).to.equal(STOPPED);
      expect(supervisor.list()).to.deep.equal([]);
      expect(await readdir(join(host.stateDir, "collectors"))).to.deep.equal([]);
    });

    it("in the middle of an apply", async () => {
      host.healthy = () => false;
      const applied = supervisor.apply(host.spec("good"));
      await host.clock.runUntil(() => host.running().length === 1);
      await host.finish(supervisor.remove("active"));
      expect(await applied).to.include({ ok: false, retryable: true });
      expect(host.running()).to.deep.equal([]);
      expect(supervisor.list()).to.deep.equal([]);
    });

    it("while it waits to be started again", async () => {
      await apply("good");
      last()?.end({ code: 1, signal: null });
      await host.clock.runUntil(state(BACKING_OFF));
      await host.finish(supervisor.remove("active"));
      await host.clock.advance(60_000);
      expect(host.launcher.launched.length).to.equal(1);
    });

    it("that it does not know without complaint", async () => {
      await supervisor.remove("unknown");
      await supervisor.remove("../..");
    });
  });

  describe("after a restart of the agent", () => {
    beforeEach(async () => {
      await apply("good");
      await host.finish(supervisor.stop({ stopCollectors: false }));
      expect(host.running().length).to.equal(1);
    });
    const restart = () => {
      supervisor = host.createSupervisor();
      return host.finish(supervisor.start());
    };
    const processFile = () => join(host.stateDir, "collectors", "active", "process.json");
    const changeRecord = async (change: object) => {
      const record = JSON.parse(await onDisk("process.json"));
      await writeFile(processFile(), JSON.stringify({ ...record, ...change }));
    };

    it("adopts what still runs, and takes it for what it is", async () => {
      expect(await restart()).to.deep.equal({ adopted: ["active"], reaped: [] });
      expect(only()).to.include({ state: HEALTHY, pid: last()?.identity.pid });
      expect(await apply("good")).to.have.property("ok", true);
      expect(host.launcher.launched.length).to.equal(1);
    });

    it("keeps an adopted collector running", async () => {
      await restart();
      last()?.end({ code: null, signal: null });
      await host.clock.runUntil(() => host.running().length === 1 && only()?.state === HEALTHY);
      expect(host.launcher.launched.length).to.equal(2);
    });

    it("starts what is wanted and gone", async () => {
      last()?.end({ code: 0, signal: null });
      expect(await restart()).to.deep.equal({ adopted: [], reaped: [] });
      await host.clock.runUntil(state(HEALTHY));
      expect(host.launcher.launched.length).to.equal(2);
    });

    for (const change of [{ bootId: "another" }, { startTicks: 1 }]) {
      it(`takes a process with another ${Object.keys(change)} for gone and never signals it`, async () => {
        const stranger = last();
        await changeRecord({ identity: { ...stranger?.identity, ...change } });
        expect(await restart()).to.deep.equal({ adopted: [], reaped: [] });
        await host.clock.runUntil(state(HEALTHY));
        expect(only()?.pid).to.not.equal(stranger?.identity.pid);
        await host.finish(supervisor.stop({ stopCollectors: true }));
        expect(stranger?.signals).to.deep.equal([]);
        stranger?.end({ code: 0, signal: null });
      });
    }

    it("finds a process whose start was never noted as done", async () => {
      await changeRecord({ identity: null });
      expect(await restart()).to.deep.equal({ adopted: ["active"], reaped: [] });
      expect(host.launcher.launched.length).to.equal(1);
    });

    it("finishes a removal that was cut short", async () => {
      await rm(join(host.stateDir, "collectors", "active", "spec.json"));
      expect(await restart()).to.deep.equal({ adopted: [], reaped: ["active"] });
      expect(host.running()).to.deep.equal([]);
      expect(await readdir(join(host.stateDir, "collectors"))).to.deep.equal([]);
    });

    it("replaces a process that runs another configuration than the wanted one", async () => {
      await changeRecord({ configDigest: "0".repeat(64) });
      expect(await restart()).to.deep.equal({ adopted: [], reaped: [] });
      await host.clock.runUntil(state(HEALTHY));
      expect(host.launcher.launched.map((one) => one.ended)).to.deep.equal([true, false]);
    });

    it("goes on with the last good one when what is wanted is damaged", async () => {
      last()?.end({ code: 0, signal: null });
      await writeFile(join(host.stateDir, "collectors", "active", "config.yaml"), "half of a con");
      await restart();
      await host.clock.runUntil(state(HEALTHY));
      expect(await onDisk("config.yaml")).to.equal("good");
    });

    it("does not let a damaged record stand in the way", async () => {
      last()?.end({ code: 0, signal: null });
      await writeFile(processFile(), '{"identity":{"pid":1}');
      await restart();
      await host.clock.runUntil(state(HEALTHY));
      expect(host.launcher.launched.length).to.equal(2);
    });
  });
});
