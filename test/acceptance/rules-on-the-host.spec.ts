import { createHash } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { CollectorTaskSchema, TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { TaskState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { enqueueTask } from "../../services/controller/tasks/index.ts";
import { eventually } from "../harness/eventually.ts";
import { createSite, type Site } from "../harness/site.ts";
import { activeCollector, deploy, hostOf } from "./deployed.ts";

/** What is changed in a good configuration, and what the host says of it. */
const slips = [
  {
    what: "a secret in clear",
    change: (text: string) =>
      text.replace("    compression: gzip\n", "    compression: gzip\n    headers: {api-key: hunter2hunter2}\n"),
    said: /^secret-in-clear at exporters\.otlp_http\/tap\.headers\.api-key, line \d+, column \d+: /m,
  },
  {
    what: "a reference to nothing",
    change: (text: string) => text.replaceAll("- otlp_http/tap", "- otlp_http/top"),
    said: /^dangling-reference at service\.pipelines\.\S+\.exporters\[0\], line \d+, column \d+: /m,
  },
];

describe("a configuration that broke a rule behind the server's back", function () {
  this.timeout(240_000);
  let db: Database;
  let site: Site;

  before(async () => {
    db = await createTestDatabase();
    site = await createSite();
    await site.startServer(["--database-url", db.url]);
    await site.startAgent("web-1");
  });

  after(async () => {
    await site.close();
    await db.close();
    await stopTestDatabases();
  });

  /** Stores a configuration as if it had been rendered, and has the host told to run it. */
  async function slip(text: string): Promise<string> {
    const configDigest = createHash("sha256").update(text).digest("hex");
    const row = [configDigest, Buffer.from(text), "process-baseline-v1"];
    await db.query(
      "INSERT INTO rendered_configs (config_digest, config, pipeline, pipeline_version) VALUES ($1, $2, $3, 1)",
      row,
    );
    const value = create(CollectorTaskSchema, { collectorId: "active", configDigest, pipeline: "process-baseline-v1" });
    const hostId = await site.waitForHost("web-1");
    return await db.transaction((tx) =>
      enqueueTask(tx, {
        hostId,
        kind: "collector",
        action: TaskAction.UPDATE,
        subject: { case: "collector", value },
        subjectName: "active",
      }),
    );
  }

  it("is refused on the host, with the rule and the place, and the last good one runs on", async () => {
    const deploymentId = await deploy(site, "process-baseline-v1", "--host", "web-1");
    const good = (await hostOf(site, deploymentId)).runningDigest;
    const before = await activeCollector(site, "web-1", good);
    const { config } = await site.client.pipelines.getRenderedConfig({ configDigest: good });
    const text = new TextDecoder().decode(config);
    for (const { what, change, said } of slips) {
      const broken = change(text);
      expect(broken, what).not.to.equal(text);
      const taskId = await slip(broken);
      const task = await eventually(`the end of the task with ${what}`, async () => {
        const found = (await site.client.fleet.getTask({ taskId })).task;
        return found !== undefined && found.state >= TaskState.COMPLETED ? found : undefined;
      });
      expect(task, what).to.include({ state: TaskState.FAILED, attempt: 1 });
      expect(task.message, what).to.match(said);
      expect(task.message, what).not.to.contain("hunter2");
      const after = await activeCollector(site, "web-1", good);
      expect(after, what).to.include({ pid: before.pid, restarts: before.restarts });
    }
  });
});
