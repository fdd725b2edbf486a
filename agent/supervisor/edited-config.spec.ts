import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { expect } from "chai";
import { toCollectorStatus } from "../collector-status.ts";
import { createScriptedHost, type ScriptedHost } from "./scripted-host.ts";
import type { Supervisor } from "./supervisor.ts";

const { HEALTHY } = CollectorState;

describe("a configuration that somebody edits on the host", () => {
  let host: ScriptedHost;
  let supervisor: Supervisor;

  beforeEach(async () => {
    host = await createScriptedHost();
    supervisor = host.createSupervisor();
    await supervisor.start();
    await apply("good");
  });
  afterEach(async () => {
    await host.finish(supervisor.stop({ stopCollectors: true }));
    await host.remove();
  });

  const apply = (text: string, different = {}) => host.finish(supervisor.apply(host.spec(text, different)));
  const only = () => supervisor.list()[0];
  const file = () => join(host.stateDir, "collectors", "active", "config.yaml");
  const edit = (text = "edited by hand") => writeFile(file(), text);
  const edited = () => host.clock.runUntil(() => only()?.edited === true, 15_000);
  const restart = async () => {
    const launches = host.launcher.launched.length;
    host.launcher.launched.at(-1)?.end({ code: 1, signal: null });
    await host.clock.runUntil(() => host.launcher.launched.length > launches && only()?.state === HEALTHY);
  };

  it("is told at once when it is found, within seconds, and the collector runs on", async () => {
    const told = host.changes.length;
    await host.clock.advance(15_000);
    expect(host.changes.length).to.equal(told);
    await edit();
    await edited();
    expect(host.changes.slice(told).map((one) => one.edited)).to.deep.equal([true]);
    expect(toCollectorStatus(host.changes.at(-1)!, "0.160.0")).to.include({ edited: true, state: HEALTHY });
    expect(host.running()).to.have.lengthOf(1);
    expect(host.launcher.launched).to.have.lengthOf(1);
    expect(await readFile(file(), "utf8")).to.equal("edited by hand");
  });

  it("is not taken for edited when it is only written again, and is when it is removed", async () => {
    await edit("good");
    await host.clock.advance(25_000);
    expect(only()?.edited).to.equal(false);
    await rm(file());
    await edited();
  });

  it("is whole again when it was put back by hand", async () => {
    await edit();
    await edited();
    await edit("good");
    await host.clock.runUntil(() => only()?.edited === false, 15_000);
    expect(host.launcher.launched).to.have.lengthOf(1);
  });

  it("is put back by the next apply, without a restart of a process that never read it", async () => {
    await edit();
    await edited();
    const fetches = host.fetched.length;
    expect(await apply("good", { mustKeep: ["nginx"] })).to.have.property("ok", true);
    expect(await readFile(file(), "utf8")).to.equal("good");
    expect(only()).to.deep.include({ edited: false, state: HEALTHY });
    expect(only()?.spec.mustKeep).to.deep.equal(["nginx"]);
    expect(host.launcher.launched).to.have.lengthOf(1);
    expect(host.fetched).to.have.lengthOf(fetches);
  });

  it("is put back even when the edit was not found yet", async () => {
    await edit();
    expect(await apply("good")).to.have.property("ok", true);
    expect(await readFile(file(), "utf8")).to.equal("good");
    expect(host.launcher.launched).to.have.lengthOf(1);
  });

  it("is put back with a restart where the process read it, by a later agent too", async () => {
    await edit();
    await restart();
    expect(only()).to.include({ edited: true });
    await host.finish(supervisor.stop({ stopCollectors: false }));
    supervisor = host.createSupervisor();
    expect(await host.finish(supervisor.start())).to.deep.equal({ adopted: ["active"], reaped: [] });
    await edited();
    expect(await apply("good")).to.have.property("ok", true);
    expect(host.launcher.launched.map((one) => one.ended)).to.deep.equal([true, true, false]);
    expect(await readFile(file(), "utf8")).to.equal("good");
    expect(only()).to.include({ edited: false, state: HEALTHY });
  });

  it("gives way to what it was when it makes the collector crash again and again, and is not blamed on it", async () => {
    await edit("dies of the edit");
    host.launcher.launched.at(-1)?.end({ code: 1, signal: null });
    await host.clock.runUntil(() => only()?.edited === true);
    await host.clock.runUntil(() => only()?.edited === false && only()?.state === HEALTHY);
    expect(await readFile(file(), "utf8")).to.equal("good");
    expect(only()?.lastError).to.contain("Ended 5 times");
    await restart();
    expect(await apply("good")).to.have.property("ok", true);
  });

  it("is replaced like any other by a new one", async () => {
    await edit();
    await edited();
    expect(await apply("better")).to.have.property("ok", true);
    expect(await readFile(file(), "utf8")).to.equal("better");
    expect(only()).to.include({ edited: false });
  });
});
