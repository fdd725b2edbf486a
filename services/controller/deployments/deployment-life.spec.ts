import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { DeploymentState, DriftState } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { createDeploymentSite, type DeploymentSite, until } from "../testing/index.ts";

after(stopTestDatabases);

const { ROLLING_OUT, ROLLED_OUT, ROLLED_BACK, STOPPED, PAUSED } = DeploymentState;
const names = ["a", "b", "c", "d"];
const minute = { seconds: 60n };

describe("a deployment", function () {
  this.timeout(30_000);
  let site: DeploymentSite;

  beforeEach(async () => {
    site = await createDeploymentSite();
    await site.addHosts(...names);
  });

  afterEach(() => site.stop());

  const reasonOf = async (call: Promise<unknown>): Promise<ErrorReason | undefined> => {
    try {
      await call;
    } catch (error) {
      return fromConnectError(error).reason;
    }
    return undefined;
  };

  /** Tasks that were ever given to hosts, "a start" for instance. */
  const given = () =>
    names.flatMap((name) => site.agents.get(name)!.assigned.map((what) => `${name} ${what.split(" ")[0]}`));

  it("is rendered for what the collectors of the hosts it means contain", async () => {
    await site.deploy("one", { selector: { hosts: ["b", "a"] } });
    const { hosts } = site.pipelines.requests.at(-1)!;
    expect(hosts.map(({ hostNames, hostCount }) => [hostNames, hostCount])).to.deep.equal([[["a", "b"], 2]]);
  });

  it("goes out in steps, each watched before the next", async () => {
    const { deploymentId, wanted, steps } = await site.deploy("one");
    expect(steps).to.equal(3);
    const canary = await until("the canary runs it", () => site.running(wanted!.configDigest).length === 1);
    expect(canary).to.equal(true);
    const watched = await until("the step is watched", async () => {
      const deployment = await site.find(deploymentId);
      return /is watched/.test(deployment.stateReason) && deployment;
    });
    expect([watched.state, watched.step]).to.deep.equal([ROLLING_OUT, 1]);
    site.clock.advance(59);
    await site.controller.reconcileOnce();
    expect(site.running(wanted!.configDigest), "nobody else before its time").to.have.length(1);
    const done = await site.runTo(deploymentId, ROLLED_OUT);
    expect(site.running(wanted!.configDigest)).to.deep.equal(names);
    expect(done.stateReason).to.equal("Every host runs version 1.");
    const rolled = await until("every host is in sync", async () => {
      const deployment = await site.find(deploymentId);
      return deployment.counts?.inSync === 4 && deployment;
    });
    expect(rolled.wanted?.outcome).to.equal("Every host runs version 1.");
    expect((await site.story(deploymentId)).map((line) => line.split(" ")[0])).to.deep.equal([
      "VERSION_CREATED",
      "STEP_STARTED",
      "STEP_PASSED",
      "STEP_STARTED",
      "STEP_PASSED",
      "STEP_STARTED",
      "STEP_PASSED",
      "ROLLED_OUT",
    ]);
    expect(given(), "each was told once").to.deep.equal(["a start", "b start", "c start", "d start"]);
  });

  it("stops at a canary that refuses, goes back by itself and quarantines the configuration", async () => {
    const { deploymentId, wanted: first } = await site.deploy("one");
    await site.runTo(deploymentId, ROLLED_OUT);
    for (const agent of site.agents.values()) {
      agent.react = ({ action }) => (action === 3 ? { fail: "collector says: no such receiver" } : "do");
    }
    const { wanted: second } = await site.change(deploymentId, "two");
    // The canary refuses the rollback too, so it is still on its last good one.
    const back = await site.untilState(deploymentId, ROLLED_BACK);
    expect(site.running(second!.configDigest)).to.deep.equal([]);
    expect(site.running(first!.configDigest)).to.deep.equal(names);
    expect(back.wanted?.version).to.equal(3);
    expect(back.wanted?.configDigest).to.equal(first!.configDigest);
    const { versions } = await site.deployments.listDeploymentVersions({ deploymentId });
    expect(versions.map(({ version, quarantined }) => [version, quarantined])).to.deep.equal([
      [3, false],
      [2, true],
      [1, false],
    ]);
    expect(versions[1]?.outcome).to.match(/^Rolled back by itself\. The gate "failed" failed in step 1 of 3: 1 of 1/);
    expect(await reasonOf(site.change(deploymentId, "two"))).to.equal(ErrorReason.CONFIG_QUARANTINED);
    const { configs } = await site.deployments.listQuarantinedConfigs({});
    expect(configs.map(({ configDigest, pipeline }) => [configDigest, pipeline])).to.deep.equal([
      [second!.configDigest, "process-two-v1"],
    ]);
    await site.deployments.clearQuarantinedConfig({ configDigest: second!.configDigest, reason: "fixed on the host" });
    expect(await reasonOf(site.change(deploymentId, "two"))).to.equal(undefined);
  });

  it("takes a first version off again when its gate fails, and gives the hosts what they ran before", async () => {
    const { deploymentId, wanted } = await site.deploy("one");
    await until("the canary runs it", () => site.running(wanted!.configDigest).length === 1);
    const [canary = ""] = site.running(wanted!.configDigest);
    site.crash(canary);
    const back = await site.untilState(deploymentId, ROLLED_BACK);
    expect(back.stateReason).to.include("what it ran before the deployment");
    expect(back.wanted?.quarantined).to.equal(true);
    expect(site.running(wanted!.configDigest)).to.deep.equal([]);
    expect(given()).to.deep.equal([`${canary} start`, `${canary} stop`]);
  });

  it("notices a collector that goes back to its last good configuration after it applied", async () => {
    const { deploymentId, wanted: first } = await site.deploy("one");
    await site.runTo(deploymentId, ROLLED_OUT);
    const { wanted: second } = await site.change(deploymentId, "two");
    await until("the canary runs it", () => site.running(second!.configDigest).length === 1);
    const [canary = ""] = site.running(second!.configDigest);
    const status = { collectorId: "active", state: CollectorState.HEALTHY, configDigest: first!.configDigest };
    site.agents.get(canary)!.stream.say({ case: "collectorStatus", value: { ...status, lastError: "it crashed" } });
    const back = await site.runTo(deploymentId, ROLLED_BACK);
    expect(back.wanted?.configDigest).to.equal(first!.configDigest);
    expect((await site.story(deploymentId)).join("\n")).to.match(/GATE_FAILED The gate "unhealthy" failed in step 1/);
  });

  it("with stop_only stays where a gate failed until someone decides", async () => {
    const strategy = { stopOnly: true, dwell: minute };
    const { deploymentId, wanted } = await site.deploy("one", { strategy });
    await until("the canary runs it", () => site.running(wanted!.configDigest).length === 1);
    const [canary = ""] = site.running(wanted!.configDigest);
    site.crash(canary);
    await site.untilState(deploymentId, STOPPED);
    expect(site.running(wanted!.configDigest)).to.deep.equal([canary]);
    expect(await reasonOf(site.deployments.resumeDeployment({ deploymentId }))).to.equal(
      ErrorReason.CONFIG_QUARANTINED,
    );
    await site.deployments.clearQuarantinedConfig({ configDigest: wanted!.configDigest });
    await site.deployments.resumeDeployment({ deploymentId, reason: "it was the disk" });
    await site.runTo(deploymentId, ROLLED_OUT);
    expect(site.running(wanted!.configDigest)).to.deep.equal(names);
  });

  it("holds where it is while it is paused, and its gates watch on", async () => {
    const { deploymentId, wanted } = await site.deploy("one");
    await until("the canary runs it", () => site.running(wanted!.configDigest).length === 1);
    await site.deployments.pauseDeployment({ deploymentId, reason: "lunch" });
    site.clock.advance(600);
    await site.controller.reconcileOnce();
    const paused = await site.find(deploymentId);
    expect([paused.state, paused.step]).to.deep.equal([PAUSED, 1]);
    expect(site.running(wanted!.configDigest)).to.have.length(1);
    await site.deployments.resumeDeployment({ deploymentId });
    await until("the next step", () => {
      site.clock.advance(5);
      return site.running(wanted!.configDigest).length === 2;
    });
    await site.deployments.pauseDeployment({ deploymentId });
    site.crash(site.running(wanted!.configDigest)[0]!);
    await site.untilState(deploymentId, ROLLED_BACK);
    expect(await reasonOf(site.deployments.pauseDeployment({ deploymentId }))).to.equal(ErrorReason.ILLEGAL_TRANSITION);
  });

  it("goes back to any version at once, and tells nothing to hosts that run it", async () => {
    const strategy = { canaryHosts: 1, stepPercents: [100], dwell: { seconds: 5n } };
    const { deploymentId, wanted: first } = await site.deploy("one", { strategy });
    await site.runTo(deploymentId, ROLLED_OUT);
    await site.change(deploymentId, "two");
    await site.runTo(deploymentId, ROLLED_OUT);
    const { wanted: third } = await site.change(deploymentId, "three");
    await until("the canary runs it", () => site.running(third!.configDigest).length === 1);
    const [canary = ""] = site.running(third!.configDigest);
    const before = given().length;
    // Back to the second, which all but the canary run.
    await site.deployments.rollbackDeployment({ deploymentId, reason: "not today" });
    await site.untilState(deploymentId, ROLLED_BACK);
    expect(given()).to.have.length(before + 1);
    expect(site.agents.get(canary)!.assigned.at(-1)).to.equal("update active");
    const { deployment } = await site.deployments.rollbackDeployment({ deploymentId, version: 1, quarantine: true });
    expect(deployment?.wanted?.version).to.equal(5);
    await site.untilState(deploymentId, ROLLED_BACK);
    expect(site.running(first!.configDigest)).to.deep.equal(names);
    expect(await reasonOf(site.change(deploymentId, "two"))).to.equal(ErrorReason.CONFIG_QUARANTINED);
    expect(await reasonOf(site.deployments.rollbackDeployment({ deploymentId, version: 2 }))).to.equal(
      ErrorReason.CONFIG_QUARANTINED,
    );
  });

  it("takes in hosts that get its labels and lets go of those that lose them", async () => {
    const label = (name: string, labels: Record<string, string>) =>
      site.fleet.updateHost({ hostId: name, labels, updateMask: { paths: ["labels"] } });
    for (const name of ["a", "b"]) await label(name, { role: "web" });
    const { deploymentId, wanted } = await site.deploy("one", { selector: { labels: { role: "web" } } });
    await site.runTo(deploymentId, ROLLED_OUT);
    expect(site.running(wanted!.configDigest)).to.deep.equal(["a", "b"]);
    await label("c", { role: "web" });
    await until("the new host runs it", () => site.running(wanted!.configDigest).length === 3);
    await label("a", {});
    await until("the pipeline is taken off", () => !site.agents.get("a")!.running.has("active"));
    expect(site.running(wanted!.configDigest)).to.deep.equal(["b", "c"]);
    expect([...(await site.hostsOf(deploymentId)).keys()]).to.deep.equal(["b", "c"]);
    const changes = (await site.story(deploymentId)).filter((line) => line.startsWith("HOSTS_CHANGED"));
    expect(changes).to.deep.equal([
      "HOSTS_CHANGED 1 host came to the selector; there are 3 now.",
      "HOSTS_CHANGED 1 host left the selector, and the pipeline is taken off: a.",
    ]);
  });

  it("finds a host that was edited, and repairs it when asked or by itself", async () => {
    const strategy = { dwell: { seconds: 0n } };
    const { deploymentId, wanted } = await site.deploy("one", { strategy });
    await site.untilState(deploymentId, ROLLED_OUT);
    await site.untilDrift(deploymentId, "b", DriftState.IN_SYNC);
    const agent = site.agents.get("b")!;
    const value = { collectorId: "active", state: CollectorState.HEALTHY, configDigest: wanted!.configDigest };
    const edit = () => agent.stream.say({ case: "collectorStatus", value: { ...value, edited: true } });
    edit();
    const edited = await site.untilDrift(deploymentId, "b", DriftState.EDITED);
    expect(edited.detail).to.include("changed by somebody else");
    const { hosts } = await site.deployments.repairDeployment({ deploymentId });
    expect(hosts).to.equal(1);
    await site.untilDrift(deploymentId, "b", DriftState.IN_SYNC);
    expect(agent.assigned).to.deep.equal(["start active", "update active"]);
    await site.deployments.updateDeployment({
      deploymentId,
      repairDrift: true,
      updateMask: { paths: ["repair_drift"] },
    });
    edit();
    await until("it is repaired by itself", () => agent.assigned.length === 3);
    await site.untilDrift(deploymentId, "b", DriftState.IN_SYNC);
    const told = (await site.story(deploymentId)).filter((line) => line.includes(" b "));
    expect(told.map((line) => line.split(" ")[0])).to.deep.equal([
      "HOST_DRIFTED",
      "HOST_REPAIRED",
      "HOST_DRIFTED",
      "HOST_REPAIRED",
    ]);
  });

  it("shows hosts on which an experiment promoted something as overridden, and takes them back when asked", async () => {
    const strategy = { dwell: { seconds: 0n } };
    const { deploymentId, wanted } = await site.deploy("one", { strategy });
    await site.untilState(deploymentId, ROLLED_OUT);
    await site.untilDrift(deploymentId, "a", DriftState.IN_SYNC);
    const { experimentId } = await site.measure(["a", "b", "c"]);
    await site.experiments.stopExperiment({ experimentId });
    await site.runToEnd(experimentId);
    await site.experiments.promoteExperiment({ experimentId, force: true, reason: "try" });
    const overridden = await site.untilDrift(deploymentId, "a", DriftState.OVERRIDDEN);
    expect(overridden.detail).to.include(experimentId);
    expect((await site.hostsOf(deploymentId)).get("d")?.drift).to.equal(DriftState.IN_SYNC);
    await until("the promotion is over", async () => (await site.get(experimentId)).outcome > 0);
    await site.deployments.repairDeployment({ deploymentId, hostIds: ["a"] });
    await site.untilDrift(deploymentId, "a", DriftState.IN_SYNC);
    expect(site.running(wanted!.configDigest)).to.deep.equal(["a", "d"]);
  });

  it("leaves hosts that are away for later and does not wait for them", async () => {
    site.agents.get("d")!.stream.say({ case: "goodbye", value: { reason: "reboot" } });
    await until("it is gone", async () => (await site.fleet.getHost({ hostId: "d" })).host?.state === 3);
    const { deploymentId, wanted } = await site.deploy("one");
    const done = await site.runTo(deploymentId, ROLLED_OUT);
    expect(done.stateReason).to.equal("3 of 4 hosts run version 1; 1 host follows when it is back.");
    const away = await site.untilDrift(deploymentId, "d", DriftState.PENDING);
    expect(away.detail).to.include("away");
    expect(site.running(wanted!.configDigest)).to.deep.equal(["a", "b", "c"]);
  });

  it("is taken off its hosts when it is deleted, and then gone", async () => {
    const { deploymentId, wanted } = await site.deploy("one", { strategy: { dwell: { seconds: 0n } } });
    await site.untilState(deploymentId, ROLLED_OUT);
    const stop = new AbortController();
    const watching = (async () => {
      const seen: string[] = [];
      const stream = site.deployments.watchDeployment({ deploymentId, afterSequence: 1n }, { signal: stop.signal });
      for await (const { events } of stream) seen.push(...events.map((event) => event.message));
      return seen;
    })();
    await site.deployments.deleteDeployment({ deploymentId, reason: "replaced" });
    expect((await watching).at(-1)).to.include("deleted it");
    stop.abort();
    expect(site.running(wanted!.configDigest)).to.deep.equal([]);
    expect(await reasonOf(site.find(deploymentId))).to.equal(ErrorReason.DEPLOYMENT_NOT_FOUND);
    expect((await site.deploy("one")).name, "the name and the hosts are free again").to.equal("web");
  });
});
