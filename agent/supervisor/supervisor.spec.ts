import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { expect } from "chai";
import { createSupervisedHost, type SupervisedHost } from "./supervised-host.ts";

const { STARTING, HEALTHY, BACKING_OFF, STOPPED } = CollectorState;

describe("the supervisor, on a host where only the files are real", () => {
  let on: SupervisedHost;

  beforeEach(async () => {
    on = await createSupervisedHost();
  });
  afterEach(async () => {
    expect(await on.remove()).to.deep.equal([]);
  });
  const states = () => on.host.changes.map((one) => one.state).filter((state, index, all) => state !== all[index - 1]);

  describe("applies a configuration", () => {
    it("and reports it when it is healthy and stayed up for two seconds", async () => {
      const before = on.host.clock.monotonicMs();
      const result = await on.apply("good");
      expect(result).to.have.property("ok", true);
      expect(on.host.clock.monotonicMs() - before).to.be.within(2_000, 3_000);
      expect(states()).to.deep.equal([STARTING, HEALTHY]);
      expect(on.only()).to.include({ pid: on.last()?.identity.pid, restarts: 0, lastError: "" });
      expect(await on.onDisk("config.yaml")).to.equal("good");
      expect(await on.onDisk("last-good.yaml")).to.equal("good");
    });

    it("with an environment whose first scrape falls at 30 % of a window", async () => {
      await on.host.clock.advance(1_234);
      const nowMs = on.host.clock.wallMs();
      await on.apply("good", { windowMs: 5_000, variant: "candidate" });
      const env = on.last()?.command.env ?? {};
      expect(env).to.include({ PHX_HOST_ID: "h-1", PHX_VARIANT: "candidate", PATH: "/usr/bin", HOME: "/root" });
      expect((nowMs + 70 + Number.parseInt(env.PHX_INITIAL_DELAY ?? "", 10)) % 5_000).to.be.closeTo(1_500, 1);
    });

    it("with what its moving filter refers to, while it is asked about and when it starts", async () => {
      const head = `# phoenix-dynamic: {"intervalMs":5000,"policy":{"topK":{"processes":3}}}`;
      expect(await on.apply(`good\n${head}\n`)).to.have.property("ok", true);
      const { env = {}, args = [] } = on.last()?.command ?? {};
      expect(args).to.include("--feature-gates=service.partialReload");
      expect(await readdir(env.PHX_DYN_DIR ?? "")).to.have.members([
        "moved_delay",
        "names.yaml",
        "pids.yaml",
        "start_delay",
      ]);
      expect(on.only()?.dynamicDetail).to.match(/^3 of \d+ processes$/);
      expect(await on.apply("good, and stands still")).to.have.property("ok", true);
      expect(on.last()?.command.env).to.not.have.property("PHX_DYN_DIR");
      expect(on.only()?.dynamicDetail).to.equal("");
    });

    it("not when its moving filter is one that cannot be followed", async () => {
      await on.apply("good");
      const refused = await on.apply('good\n# phoenix-dynamic: {"intervalMs":5000,"policy":{}}\n');
      expect(refused).to.include({ ok: false, retryable: false });
      expect(refused).to.have.property("words").that.contains("Its moving filter cannot be followed");
      expect(on.host.running()).to.have.length(1);
    });

    it("not when it breaks a rule, of which it says the place, and leaves what runs alone", async () => {
      await on.apply("good");
      const refused = await on.apply("unruly");
      expect(refused).to.deep.equal({
        ok: false,
        retryable: false,
        words:
          "This agent runs no configuration that breaks a rule.\n" +
          "plain-words at exporters.debug, line 6, column 3: It is unruly. (Write another.)",
      });
      expect(on.host.launcher.launched).to.have.length(1);
      expect([await on.onDisk("config.yaml"), await on.onDisk("last-good.yaml")]).to.deep.equal(["good", "good"]);
    });

    it("that a rule only warns of, and says so", async () => {
      const result = await on.apply("doubtful");
      expect(result).to.deep.include({
        ok: true,
        remarks: ["plain-words at exporters.debug, line 6, column 3: It is doubtful. (Write another.)"],
      });
    });

    it("without a restart when it runs already", async () => {
      await on.apply("good");
      expect(await on.apply("good")).to.have.property("ok", true);
      expect(await on.apply("good", { mustKeep: ["nginx"], experimentId: "e" })).to.have.property("ok", true);
      expect(on.host.launcher.launched.length).to.equal(1);
      expect(on.only()?.spec).to.deep.include({ mustKeep: ["nginx"], experimentId: "e" });
      expect(JSON.parse(await on.onDisk("spec.json"))).to.deep.include({ mustKeep: ["nginx"] });
    });

    it("in place of the one that runs, which is ended first", async () => {
      await on.apply("good");
      await on.apply("better");
      expect(on.host.launcher.launched.map((one) => one.ended)).to.deep.equal([true, false]);
      expect(on.host.launcher.launched[0]?.signals[0]).to.equal("SIGTERM");
      expect(await on.onDisk("last-good.yaml")).to.equal("better");
    });

    it("one after the other when two come at once", async () => {
      const both = await on.host.finish(
        Promise.all([on.supervisor.apply(on.host.spec("one")), on.supervisor.apply(on.host.spec("two"))]),
      );
      expect(both.map((one) => one.ok)).to.deep.equal([true, true]);
      expect(on.host.running().length).to.equal(1);
      expect(await on.onDisk("config.yaml")).to.equal("two");
    });

    it("for two collectors at once, on four different ports", async () => {
      const specs = [
        on.host.spec("good", { collectorId: "e.baseline" }),
        on.host.spec("good", { collectorId: "e.candidate" }),
      ];
      await on.host.finish(Promise.all(specs.map((spec) => on.supervisor.apply(spec))));
      const ports = on.supervisor.list().flatMap((one) => [one.healthPort, one.metricsPort]);
      expect(new Set(ports).size).to.equal(4);
      expect(on.host.running().length).to.equal(2);
    });

    it("only with a spec in order, and not while it stops", async () => {
      expect(await on.apply("good", { collectorId: "../../etc" })).to.include({ ok: false, retryable: false });
      await on.supervisor.stop({ stopCollectors: true });
      expect(await on.apply("good")).to.include({ ok: false, retryable: true });
      expect(on.host.launcher.launched.length).to.equal(0);
    });
  });

  describe("ends a collector", () => {
    it("by SIGTERM, and after five seconds by SIGKILL", async () => {
      await on.apply("deaf");
      const before = on.host.clock.monotonicMs();
      await on.host.finish(on.supervisor.remove("active"));
      expect(on.host.clock.monotonicMs() - before).to.equal(5_000);
      expect(on.last()?.signals).to.deep.equal(["SIGTERM", "SIGKILL"]);
      expect(on.host.changes.at(-1)?.state).to.equal(STOPPED);
      expect(on.supervisor.list()).to.deep.equal([]);
      expect(await readdir(join(on.host.stateDir, "collectors"))).to.deep.equal([]);
    });

    it("in the middle of an apply", async () => {
      on.host.healthy = () => false;
      const applied = on.supervisor.apply(on.host.spec("good"));
      await on.host.clock.runUntil(() => on.host.running().length === 1);
      await on.host.finish(on.supervisor.remove("active"));
      expect(await applied).to.include({ ok: false, retryable: true });
      expect(on.host.running()).to.deep.equal([]);
      expect(on.supervisor.list()).to.deep.equal([]);
    });

    it("while it waits to be started again", async () => {
      await on.apply("good");
      on.last()?.end({ code: 1, signal: null });
      await on.host.clock.runUntil(on.state(BACKING_OFF));
      await on.host.finish(on.supervisor.remove("active"));
      await on.host.clock.advance(60_000);
      expect(on.host.launcher.launched.length).to.equal(1);
    });

    it("that it does not know without complaint", async () => {
      await on.supervisor.remove("unknown");
      await on.supervisor.remove("../..");
    });
  });
});
