import { join } from "node:path";
import {
  type Deployment,
  type DeploymentEvent,
  DeploymentEventType,
  DeploymentState,
} from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { type Task, TaskState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { type RunningCommand, runCommand } from "../harness/phoenix-command.ts";
import { processesOf } from "../harness/processes.ts";
import { createSite, type Site } from "../harness/site.ts";

const names = ["web-1", "web-2", "web-3"];
const deadlineMs = 120_000;
const { VERSION_CREATED, STEP_STARTED, STEP_PASSED, GATE_FAILED, ROLLED_OUT, ROLLBACK_STARTED, ROLLED_BACK } =
  DeploymentEventType;

describe("a roll-out whose server is killed", function () {
  this.timeout(600_000);
  let site: Site;
  let agents: RunningCommand[];
  let deploymentId: string;

  before(async () => {
    site = await createSite();
    await site.startServer();
    agents = await site.startAgents(names);
  });

  after(() => site.close());

  const find = async (): Promise<Deployment> =>
    (await site.client.deployments.getDeployment({ deploymentId })).deployment!;

  async function killServer(): Promise<void> {
    if (site.server === undefined) throw new Error("there is no server");
    await site.end(site.server, "SIGKILL");
  }

  const untilState = (state: DeploymentState): Promise<Deployment> =>
    eventually(
      `the deployment to be in state ${state}`,
      async () => {
        const deployment = await find();
        return deployment.state === state ? deployment : undefined;
      },
      deadlineMs,
    );

  /** Everything that happened, up to the last event of a type. */
  async function eventsUntil(end: DeploymentEventType): Promise<DeploymentEvent[]> {
    const events: DeploymentEvent[] = [];
    const stop = new AbortController();
    for await (const answer of site.client.deployments.watchDeployment({ deploymentId }, { signal: stop.signal })) {
      events.push(...answer.events);
      if (events.some(({ type }) => type === end)) break;
    }
    stop.abort();
    return events;
  }

  /** What hosts were ever told, by host name. */
  async function tasksByHost(): Promise<Map<string, Task[]>> {
    const { tasks } = await site.client.fleet.listTasks({ pageSize: 500 });
    const hosts = await Promise.all(names.map((hostId) => site.client.fleet.getHost({ hostId })));
    const byId = new Map(hosts.map(({ host }, index) => [host?.hostId, names[index]!]));
    return Map.groupBy(tasks, ({ hostId }) => byId.get(hostId) ?? hostId);
  }

  /** How many configurations the agent of a host applied, by its own word. */
  const applied = (name: string): number =>
    (agents[names.indexOf(name)]?.output() ?? "")
      .split("\n")
      .filter((line) => line.includes('"msg":"task ended"') && line.includes('"state":"completed"')).length;

  /** Process ids of the collectors that the hosts run, by host name. */
  async function pids(): Promise<Map<string, number>> {
    const hosts = await Promise.all(names.map((hostId) => site.client.fleet.getHost({ hostId })));
    return new Map(
      hosts.flatMap(({ host }, index) => {
        const active = host?.collectors.find(({ collectorId }) => collectorId === "active");
        return active === undefined ? [] : [[names[index]!, active.pid] as const];
      }),
    );
  }

  it("goes on at the step where it was, and no host is told twice", async () => {
    const { deployment } = await site.client.deployments.createDeployment({
      name: "processes",
      pipeline: { name: "process-baseline-v1", variables: { interval: "5s" } },
      selector: { hosts: names },
      strategy: { canaryHosts: 1, stepPercents: [66, 100], dwell: { seconds: 5n } },
    });
    ({ deploymentId } = deployment!);
    expect(deployment?.steps).to.equal(3);
    for (const step of [1, 2, 3]) {
      await eventually(
        `step ${step}`,
        async () => {
          const { state, step: now } = await find();
          return (state === DeploymentState.ROLLING_OUT && now === step) || undefined;
        },
        deadlineMs,
      );
      await killServer();
      await site.startServer();
    }
    await untilState(DeploymentState.ROLLED_OUT);

    const events = await eventsUntil(ROLLED_OUT);
    expect(events.map(({ type }) => type)).to.deep.equal([
      VERSION_CREATED,
      ...[1, 2, 3].flatMap(() => [STEP_STARTED, STEP_PASSED]),
      ROLLED_OUT,
    ]);
    expect(events.map(({ sequence }) => Number(sequence))).to.deep.equal(events.map((_, index) => index + 1));
    const tasks = await tasksByHost();
    expect([...tasks.keys()].sort()).to.deep.equal(names);
    for (const [name, told] of tasks) {
      expect(told, name).to.have.length(1);
      expect(told[0], name).to.include({ state: TaskState.COMPLETED });
      // A try that the server's death spoiled is tried again; what was done is not done again.
      expect(applied(name), name).to.equal(1);
    }
  });

  it("counts its gates over the hosts of the step, whatever happened while it was away", async () => {
    const file = join(import.meta.dirname, "process-titles-v1.yaml");
    const created = await runCommand(["pipeline", "create", "-f", file, "--publish", "--server", site.apiUrl]);
    expect(created.code, created.stderr).to.equal(0);
    const before = await eventually("every collector to be known", async () => {
      const known = await pids();
      return known.size === names.length ? known : undefined;
    });
    const { deployment } = await site.client.deployments.updateDeployment({
      deploymentId,
      pipeline: { name: "process-titles-v1" },
      strategy: { canaryHosts: 1, stepPercents: [66, 100], dwell: { seconds: 60n } },
      updateMask: { paths: ["pipeline", "strategy"] },
    });
    const wanted = deployment?.wanted?.configDigest ?? "";
    const canary = await eventually(
      "a canary to run it",
      async () => {
        const { hosts } = await site.client.deployments.listDeploymentHosts({ deploymentId });
        return hosts.find(({ runningDigest }) => runningDigest === wanted)?.hostName;
      },
      deadlineMs,
    );
    const crashing = (await pids()).get(canary);
    await killServer();
    await eventually(
      "the collector of the canary to crash",
      () => !processesOf(site.folder).some(({ pid }) => pid === crashing) || undefined,
      deadlineMs,
    );
    await site.startServer();
    const back = await untilState(DeploymentState.ROLLED_BACK);

    const events = (await eventsUntil(ROLLED_BACK)).filter(({ version }) => version >= 2);
    const types = events.map(({ type }) => type);
    expect(types.slice(0, 2)).to.deep.equal([VERSION_CREATED, STEP_STARTED]);
    expect(types.filter((type) => type === GATE_FAILED || type === STEP_PASSED)).to.deep.equal([GATE_FAILED]);
    expect(types.filter((type) => type === ROLLBACK_STARTED || type === ROLLED_BACK)).to.have.length(2);
    const gate = events.find(({ type }) => type === GATE_FAILED);
    expect(gate?.message).to.include("step 1 of 3").and.to.include("1 of 1 hosts told").and.to.include(canary);
    const { versions } = await site.client.deployments.listDeploymentVersions({ deploymentId });
    expect(versions.find(({ version }) => version === 2)).to.include({ quarantined: true });
    expect(back.wanted?.configDigest).to.equal(versions.find(({ version }) => version === 1)?.configDigest);

    const told = await tasksByHost();
    const others = names.filter((name) => name !== canary);
    expect(told.get(canary), "the first version, the second, the first again").to.have.length(3);
    for (const name of others) expect(told.get(name), `${name} never heard of it`).to.have.length(1);
    expect(names.map(applied)).to.deep.equal(names.map((name) => told.get(name)?.length));
    const now = await eventually("every host to be heard again", async () => {
      const known = await pids();
      return known.size === names.length ? known : undefined;
    });
    for (const name of others) expect(now.get(name), `${name} runs what it ran`).to.equal(before.get(name));
  });
});
