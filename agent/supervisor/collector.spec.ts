import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { expect } from "chai";
import { createSupervisedHost, type SupervisedHost } from "./supervised-host.ts";

const { HEALTHY, UNHEALTHY, BACKING_OFF, CRASH_LOOP, STOPPED } = CollectorState;

describe("the supervisor, on a host where only the files are real", () => {
  let on: SupervisedHost;

  beforeEach(async () => {
    on = await createSupervisedHost();
  });
  afterEach(async () => {
    expect(await on.remove()).to.deep.equal([]);
  });

  describe("keeps the last good configuration", () => {
    it("running untouched when the collector refuses a new one, and remembers the refusal", async () => {
      await on.apply("good");
      const refused = await on.apply("invalid");
      expect(refused).to.include({
        ok: false,
        retryable: false,
        words: "unknown processor, delivering to $PHX_TAP_URL",
      });
      expect(on.host.launcher.launched.length).to.equal(1);
      expect(on.host.running().length).to.equal(1);
      expect(await on.onDisk("config.yaml")).to.equal("good");
      const fetches = on.host.fetched.length;
      expect(await on.apply("invalid"))
        .to.have.property("words")
        .that.contains("unknown processor");
      expect(on.host.fetched.length).to.equal(fetches);
    });

    it("and starts it again when the new one dies", async () => {
      await on.apply("good");
      const refused = await on.apply("dies");
      expect(refused).to.have.property("words").that.contains("exit code 1").and.contains("no such file");
      await on.host.clock.runUntil(on.state(HEALTHY));
      expect(on.only()?.spec.configDigest).to.equal(on.host.spec("good").configDigest);
      expect(on.only()?.lastError).to.contain("no such file");
      expect(await on.onDisk("config.yaml")).to.equal("good");
    });

    it("and starts it again when the new one is not healthy within twenty seconds", async () => {
      await on.apply("good");
      on.host.healthy = (process) => process !== on.host.launcher.launched[1];
      const before = on.host.clock.monotonicMs();
      expect(await on.apply("sick"))
        .to.have.property("words")
        .that.contains("not healthy within 20 s");
      expect(on.host.clock.monotonicMs() - before).to.be.within(20_000, 21_000);
      expect(on.host.launcher.launched[1]?.ended).to.equal(true);
      await on.host.clock.runUntil(on.state(HEALTHY));
      expect(await on.onDisk("config.yaml")).to.equal("good");
    });

    it("and goes back to it when the new one is lost in a crash loop later", async () => {
      await on.apply("good");
      await on.apply("weak");
      for (let crash = 0; crash < 5; crash++) {
        const launches = on.host.launcher.launched.length;
        on.last()?.end({ code: 2, signal: null }, "panic: out of luck\n");
        await on.host.clock.runUntil(() => on.host.launcher.launched.length > launches);
      }
      await on.host.clock.runUntil(on.state(HEALTHY));
      expect(on.only()?.spec.configDigest).to.equal(on.host.spec("good").configDigest);
      expect(on.only()?.lastError).to.contain("Ended 5 times").and.contain("out of luck");
      expect(await on.apply("weak"))
        .to.have.property("words")
        .that.contains("Failed on this host");
    });

    it("but does not go back once the new one has been healthy for a minute", async () => {
      await on.apply("good");
      await on.apply("weak");
      await on.host.clock.advance(70_000);
      for (let crash = 0; crash < 6; crash++) {
        if (crash > 0) await on.host.clock.runUntil(() => on.host.running().length === 1);
        on.last()?.end({ code: 2, signal: null });
        await on.host.clock.runUntil(() => on.host.running().length === 0);
        if (on.only()?.state === CRASH_LOOP) break;
      }
      await on.host.clock.runUntil(on.state(CRASH_LOOP));
      expect(on.only()?.spec.configDigest).to.equal(on.host.spec("weak").configDigest);
    });

    it("but starts nothing when there is none, not even as the next agent", async () => {
      const refused = await on.apply("dies");
      expect(refused).to.have.property("ok", false);
      expect(on.only()).to.include({ state: STOPPED, pid: 0 });
      expect(on.only()?.lastError).to.contain("no such file");
      await on.leave();
      await on.restart();
      expect(on.host.launcher.launched.length).to.equal(1);
      expect(on.supervisor.list()).to.deep.equal([]);
    });
  });

  describe("keeps a collector running", () => {
    beforeEach(() => on.apply("good"));

    it("by starting it again after an end, on the same ports, with a new initial delay", async () => {
      const ports = [on.only()?.healthPort, on.only()?.metricsPort];
      await on.host.clock.advance(1_111);
      on.last()?.end({ code: 1, signal: null }, "Error: out of luck\n");
      await on.host.clock.runUntil(on.state(BACKING_OFF));
      expect(on.only()).to.include({ pid: 0 });
      expect(on.only()?.lastError).to.contain("exit code 1").and.contain("out of luck");
      await on.host.clock.runUntil(() => on.host.running().length === 1);
      const nowMs = on.only()?.startedAtMs ?? 0;
      expect((nowMs + Number.parseInt(on.last()?.command.env.PHX_INITIAL_DELAY ?? "", 10)) % 5_000).to.be.within(
        1_300,
        1_501,
      );
      await on.host.clock.runUntil(on.state(HEALTHY));
      expect(on.only()).to.include({ restarts: 1 });
      expect([on.only()?.healthPort, on.only()?.metricsPort]).to.deep.equal(ports);
    });

    it("until it ended five times within two minutes, and then not before it is applied again", async () => {
      for (let crash = 0; crash < 5; crash++) {
        await on.host.clock.runUntil(() => on.host.running().length === 1);
        on.last()?.end({ code: null, signal: "SIGSEGV" });
        await on.host.clock.runUntil(() => on.host.running().length === 0);
      }
      await on.host.clock.runUntil(on.state(CRASH_LOOP));
      await on.host.clock.advance(300_000);
      expect(on.host.launcher.launched.length).to.equal(5);
      expect(on.only()?.lastError).to.contain("SIGSEGV");
      expect(await on.apply("good")).to.have.property("ok", true);
      expect(on.only()).to.include({ state: HEALTHY, restarts: 0 });
    });

    it("and says so while its health check fails", async () => {
      on.host.healthy = () => false;
      await on.host.clock.runUntil(on.state(UNHEALTHY));
      expect(on.host.running().length).to.equal(1);
      on.host.healthy = () => true;
      await on.host.clock.runUntil(on.state(HEALTHY));
      expect(on.host.launcher.launched.length).to.equal(1);
    });

    it("and hands on what it writes, without the tap's secret", async () => {
      await on.host.clock.runUntil(() => on.host.lines.length > 0);
      expect(on.host.lines).to.deep.equal(["Everything is ready, delivering to $PHX_TAP_URL/v1/metrics"]);
    });

    it("and knows what it uses, as long as it runs", async () => {
      expect(on.supervisor.usage("active")).to.deep.equal({ cpuSeconds: 0.5, rssBytes: 50 * 1024 * 1024 });
      expect(on.supervisor.usage("other")).to.equal(null);
      expect(await on.supervisor.exporterFailures("other")).to.equal(null);
      await on.host.finish(on.supervisor.remove("active"));
      expect(on.supervisor.usage("active")).to.equal(null);
    });
  });
});
