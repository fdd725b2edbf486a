import { join } from "node:path";
import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { processesOf } from "../harness/processes.ts";
import { readPanel } from "../harness/read-panel.ts";
import { createSite, type Site } from "../harness/site.ts";
import { armPids, startMainJob, waitForBlocks } from "./main-job.ts";

const names = ["web-1", "web-2", "web-3"];
const vanishing = "web-3";

describe("a host that vanishes in the middle of an experiment on three", function () {
  this.timeout(420_000);
  let site: Site;

  before(async () => {
    site = await createSite();
    await site.startServer();
  });

  after(() => site.close());

  /** The host's power is cut: its agent, its collectors and its load are gone at once. */
  async function cutPower(name: string): Promise<void> {
    const folder = join(site.folder, `agent-${name}`);
    await eventually(`every process of ${name} to be gone`, () => {
      const alive = processesOf(folder);
      for (const { pid } of alive) process.kill(pid, "SIGKILL");
      return alive.length === 0 ? true : undefined;
    });
  }

  it("is never the ground for a promotion: the experiment ends as unhealthy and says so", async () => {
    await site.startAgents(names);
    const hosts = await Promise.all(names.map((hostId) => site.client.fleet.getHost({ hostId })));
    const ids = hosts.map(({ host }) => host?.hostId ?? "");
    expect(new Set(ids).size).to.equal(names.length);

    const experimentId = await startMainJob(site, vanishing, 10, {
      hosts: { hosts: names },
      scopeAccepted: false,
    });
    const running = await waitForBlocks(site, experimentId, 2);
    expect(running.verdicts[0]?.hosts).to.equal(names.length);
    const pids = await Promise.all(names.map((name) => armPids(site, name)));
    const arms = pids.flatMap(({ baseline = 0, candidate = 0 }) => [baseline, candidate]);
    expect(new Set(arms).size).to.equal(2 * names.length);
    // Each host's windows are its own, in each arm.
    const measured = (await readPanel(site, experimentId)).map(({ hostId, variant }) => `${hostId} ${variant}`);
    expect(measured.toSorted()).to.deep.equal(ids.flatMap((id) => [`${id} baseline`, `${id} candidate`]).toSorted());

    await cutPower(vanishing);
    const over = await eventually(
      "the experiment to be over",
      async () => {
        const { experiment } = await site.client.experiments.getExperiment({ experimentId });
        const over = experiment?.phase === ExperimentPhase.COMPLETED || experiment?.phase === ExperimentPhase.FAILED;
        return over ? experiment : undefined;
      },
      240_000,
    );
    const verdict = over.verdicts[0];
    expect(verdict?.decision, verdict?.reason).to.equal(Decision.UNHEALTHY);
    expect(`${over.phaseReason} ${verdict?.reason}`).to.match(/not to be trusted.*window pairs are missing/);
    expect(verdict?.checks.filter(({ holds }) => !holds).map(({ name }) => name)).to.include("pair-loss");
    const lost = await site.client.fleet.getHost({ hostId: vanishing });
    expect(lost.host?.state).to.not.equal(HostState.ONLINE);

    // Nothing may be promoted on this ground, and the hosts that are left are cleaned up.
    const promotion = await site.client.experiments.promoteExperiment({ experimentId, reason: "test" }).then(
      () => "promoted",
      (error: unknown) => String(error),
    );
    expect(promotion).to.not.equal("promoted");
    for (const name of names.filter((one) => one !== vanishing)) {
      await eventually(`the arms of ${name} to be gone`, async () =>
        Object.keys(await armPids(site, name)).length === 0 ? true : undefined,
      );
    }
  });
});
