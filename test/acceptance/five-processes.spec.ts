import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPhoenixClient } from "@phoenix/cli/client";
import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentOutcome, ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { type RunningCommand, startCommand } from "../harness/phoenix-command.ts";
import { createSite, type Site } from "../harness/site.ts";
import { armPids, startMainJob, waitForPhase } from "./main-job.ts";

after(stopTestDatabases);

type Ready = { apiUrl: string; agentAddress: string };

describe("the main job as five processes over one PostgreSQL, with an agent that polls", function () {
  this.timeout(600_000);
  let site: Site;
  let folder: string;
  let db: Database;
  const processes: RunningCommand[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "phoenix-five-"));
    db = await createTestDatabase();
    site = await createSite();
  });

  after(async () => {
    await site.close();
    for (const command of processes.toReversed()) await site.end(command, "SIGTERM");
    await db.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(service: string, args: string[]): Promise<Ready> {
    const readyFile = join(folder, `${service}.json`);
    const command = startCommand(
      [
        ...["server", "--open", "--services", service, "--port", "0", "--agent-port", "0"],
        ...["--ready-file", readyFile, ...args],
      ],
      { PHOENIX_DATABASE_URL: db.url },
    );
    processes.push(command);
    return eventually(`${service} to be ready`, async () => {
      if (command.child.exitCode !== null) throw new Error(command.output());
      return JSON.parse(await readFile(readyFile, "utf8")) as Ready;
    });
  }

  it("reaches its verdict, promotes and rolls back", async () => {
    const [pipelines, benchmark] = await Promise.all([start("pipelines", []), start("benchmark", [])]);
    const analytics = await start("analytics", ["--benchmark-url", benchmark.apiUrl]);
    const behind = [
      ...["--pipelines-url", pipelines.apiUrl, "--benchmark-url", benchmark.apiUrl],
      ...["--analytics-url", analytics.apiUrl],
    ];
    const controller = await start("controller", behind);
    const gateway = await start("gateway", [...behind, "--controller-url", controller.apiUrl]);
    site.client = createPhoenixClient(gateway.apiUrl);
    site.agentAddress = controller.agentAddress;
    await site.startAgent("web-1", ["--transport", "poll"]);

    const experimentId = await startMainJob(site, "web-1");
    const done = await waitForPhase(site, experimentId, ExperimentPhase.COMPLETED);
    expect(done.verdicts[0]?.decision, done.verdicts[0]?.reason).to.equal(Decision.PROMOTE);

    await site.client.experiments.promoteExperiment({ experimentId, reason: "test" });
    await outcome(experimentId, ExperimentOutcome.PROMOTED);
    const { host } = await site.client.fleet.getHost({ hostId: "web-1" });
    expect(host?.activePipeline?.runningDigest).to.equal(host?.activePipeline?.wantedDigest);
    expect(host?.activePipeline?.pipeline).to.equal("process-priority-filter-v1");
    // An agent that polls tells of its collectors with its next heartbeat.
    await eventually("the arms to be gone", async () =>
      "baseline" in (await armPids(site, "web-1")) ? undefined : true,
    );

    await site.client.experiments.rollbackExperiment({ experimentId, reason: "test" });
    await outcome(experimentId, ExperimentOutcome.ROLLED_BACK);
  });

  async function outcome(experimentId: string, wanted: ExperimentOutcome): Promise<void> {
    await eventually(
      `outcome ${wanted}`,
      async () => {
        const { experiment } = await site.client.experiments.getExperiment({ experimentId });
        return experiment?.outcome === wanted || undefined;
      },
      60_000,
    );
  }
});
