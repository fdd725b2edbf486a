import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { expect } from "chai";
import { createSupervisedHost, type SupervisedHost } from "./supervised-host.ts";

const { HEALTHY } = CollectorState;

describe("the supervisor, on a host where only the files are real", () => {
  let on: SupervisedHost;

  beforeEach(async () => {
    on = await createSupervisedHost();
  });
  afterEach(async () => {
    expect(await on.remove()).to.deep.equal([]);
  });

  describe("after a restart of the agent", () => {
    beforeEach(async () => {
      await on.apply("good");
      await on.leave();
      expect(on.host.running().length).to.equal(1);
    });
    const processFile = () => join(on.host.stateDir, "collectors", "active", "process.json");
    const changeRecord = async (change: object) => {
      const record = JSON.parse(await on.onDisk("process.json"));
      await writeFile(processFile(), JSON.stringify({ ...record, ...change }));
    };

    it("adopts what still runs, and takes it for what it is", async () => {
      expect(await on.restart()).to.deep.equal({ adopted: ["active"], reaped: [] });
      expect(on.only()).to.include({ state: HEALTHY, pid: on.last()?.identity.pid });
      expect(await on.apply("good")).to.have.property("ok", true);
      expect(on.host.launcher.launched.length).to.equal(1);
    });

    it("keeps an adopted collector running", async () => {
      await on.restart();
      on.last()?.end({ code: null, signal: null });
      await on.host.clock.runUntil(() => on.host.running().length === 1 && on.only()?.state === HEALTHY);
      expect(on.host.launcher.launched.length).to.equal(2);
    });

    it("starts what is wanted and gone", async () => {
      on.last()?.end({ code: 0, signal: null });
      expect(await on.restart()).to.deep.equal({ adopted: [], reaped: [] });
      await on.host.clock.runUntil(on.state(HEALTHY));
      expect(on.host.launcher.launched.length).to.equal(2);
    });

    for (const change of [{ bootId: "another" }, { startTicks: 1 }]) {
      it(`takes a process with another ${Object.keys(change)} for gone and never signals it`, async () => {
        const stranger = on.last();
        await changeRecord({ identity: { ...stranger?.identity, ...change } });
        expect(await on.restart()).to.deep.equal({ adopted: [], reaped: [] });
        await on.host.clock.runUntil(on.state(HEALTHY));
        expect(on.only()?.pid).to.not.equal(stranger?.identity.pid);
        await on.host.finish(on.supervisor.stop({ stopCollectors: true }));
        expect(stranger?.signals).to.deep.equal([]);
        stranger?.end({ code: 0, signal: null });
      });
    }

    it("finds a process whose start was never noted as done", async () => {
      await changeRecord({ identity: null });
      expect(await on.restart()).to.deep.equal({ adopted: ["active"], reaped: [] });
      expect(on.host.launcher.launched.length).to.equal(1);
    });

    it("finishes a removal that was cut short", async () => {
      await rm(join(on.host.stateDir, "collectors", "active", "spec.json"));
      expect(await on.restart()).to.deep.equal({ adopted: [], reaped: ["active"] });
      expect(on.host.running()).to.deep.equal([]);
      expect(await readdir(join(on.host.stateDir, "collectors"))).to.deep.equal([]);
    });

    it("replaces a process that runs another configuration than the wanted one", async () => {
      await changeRecord({ configDigest: "0".repeat(64) });
      expect(await on.restart()).to.deep.equal({ adopted: [], reaped: [] });
      await on.host.clock.runUntil(on.state(HEALTHY));
      expect(on.host.launcher.launched.map((one) => one.ended)).to.deep.equal([true, false]);
    });

    it("goes on with the last good one when what is wanted is damaged", async () => {
      on.last()?.end({ code: 0, signal: null });
      await writeFile(join(on.host.stateDir, "collectors", "active", "config.yaml"), "half of a con");
      await on.restart();
      await on.host.clock.runUntil(on.state(HEALTHY));
      expect(await on.onDisk("config.yaml")).to.equal("good");
    });

    it("does not let a damaged record stand in the way", async () => {
      on.last()?.end({ code: 0, signal: null });
      await writeFile(processFile(), '{"identity":{"pid":1}');
      await on.restart();
      await on.host.clock.runUntil(on.state(HEALTHY));
      expect(on.host.launcher.launched.length).to.equal(2);
    });
  });
});
