import { readFileSync } from "node:fs";
import { join } from "node:path";
import { catalogFolder } from "@phoenix/catalog";
import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { type ServedPipelines, servePipelines } from "../testing/index.ts";

after(stopTestDatabases);

const baseline = readFileSync(join(catalogFolder, "process-baseline-v1", "pipeline.yaml"), "utf8");
const mine = baseline.replace("name: process-baseline-v1", "name: mine");

describe("DiffPipelines", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(30_000);
  let served: ServedPipelines;
  let client: ServedPipelines["client"];

  before(async () => {
    served = await servePipelines(null);
    client = served.client;
    await client.createPipelineVersion({ pipelineFile: mine, publish: true });
    await client.createPipelineVersion({ pipelineFile: mine.replace("default: 15s", "default: 30s") });
  });
  after(() => served.close());

  const pipeline = (name: string, version = 0, variables: Record<string, string> = {}) => ({
    side: { case: "pipeline" as const, value: { name, version, variables } },
  });
  const config = (value: string) => ({ side: { case: "config" as const, value } });

  it("compares two versions, a draft too, as they are rendered", async () => {
    const { differences } = await client.diffPipelines({ left: pipeline("mine", 1), right: pipeline("mine", 2) });
    expect(differences.map(({ path, left, right, summary }) => ({ path, left, right, summary }))).to.deep.equal(
      ["host_metrics/system", "host_metrics/process"].map((receiver) => ({
        path: `receivers.${receiver}.collection_interval`,
        left: `\${env:PHX_INTERVAL:-15s}`,
        right: `\${env:PHX_INTERVAL:-30s}`,
        summary: `${receiver} scrapes every 30 s instead of every 15 s.`,
      })),
    );
  });

  it("sees that a pipeline with other variables is the same as one with other defaults", async () => {
    const right = pipeline("mine", 1, { interval: "30s" });
    expect((await client.diffPipelines({ left: pipeline("mine", 2), right })).differences).to.deep.equal([]);
  });

  it("compares pipeline files as written, and says what another pipeline does", async () => {
    const file = (value: string) => ({ side: { case: "pipelineFile" as const, value } });
    const { differences } = await client.diffPipelines({ left: file(baseline), right: file(mine) });
    expect(differences.map(({ summary }) => summary)).to.deep.equal(["name is mine instead of process-baseline-v1."]);
    const filter = await client.diffPipelines({
      left: pipeline("mine"),
      right: pipeline("process-priority-filter-v1"),
    });
    expect(filter.differences.map(({ summary }) => summary)).to.include.members([
      "processor filter/never added.",
      "processor filter/never added before filter/low in pipeline metrics/process.",
    ]);
  });

  it("shows that a secret changed and not what it is", async () => {
    const with_ = (token: string) =>
      config(`receivers: {otlp: {token: ${token}}}\nservice: {pipelines: {metrics: {receivers: [otlp]}}}\n`);
    const { differences } = await client.diffPipelines({ left: with_("hunter2"), right: with_("hunter3") });
    expect(differences.map(({ summary }) => summary)).to.deep.equal([
      "receiver otlp: token is (secret 2) instead of (secret).",
    ]);
    expect(JSON.stringify(differences)).not.to.contain("hunter");
  });

  it("says which side is not YAML, and where", async () => {
    const error = await client.diffPipelines({ left: config("a: 1"), right: config("a: [") }).catch(fromConnectError);
    expect(error).to.have.property("reason", ErrorReason.INVALID_FIELD);
    expect(error)
      .to.have.property("message")
      .that.matches(/^The right side is not YAML: line \d+, column \d+: /);
  });
});
