import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Client, createClient } from "@connectrpc/connect";
import { catalogFolder, readPipelineDefinition } from "@phoenix/catalog";
import { FindingSeverity, VariableType } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { PipelineService, RenderPurpose } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { createLogger } from "@phoenix/platform/logging";
import { createInProcessTransport } from "@phoenix/platform/rpc";
import { createMetrics, type Metrics } from "@phoenix/platform/telemetry";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Pipelines1700000000003 } from "../../migrations/0003-pipelines.ts";
import { PipelineVersions1700000000011 } from "../../migrations/0011-pipeline-versions.ts";
import { createPipelinesService, type PipelinesServiceDeps } from "./index.ts";
import { seedCatalog } from "./store/index.ts";
import { findTestCollector } from "./testing/index.ts";

after(stopTestDatabases);

const logger = createLogger({ name: "pipelines-spec", level: "fatal" });
const refused = (call: Promise<unknown>) =>
  call.then(
    () => expect.fail("nothing was refused"),
    (error: unknown) => fromConnectError(error),
  );

describe("the pipelines service", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(30_000);
  let db: Database;
  let metrics: Metrics;
  let client: Client<typeof PipelineService>;

  before(async function () {
    this.timeout(600_000);
    await findTestCollector();
  });

  beforeEach(async () => {
    db = await createTestDatabase({ migrations: [Pipelines1700000000003, PipelineVersions1700000000011] });
    metrics = createMetrics({ processMetrics: false });
    client = await serve({
      collector: await findTestCollector(),
      remoteWriteUrl: "http://127.0.0.1:9090/api/v1/write",
    });
  });
  afterEach(() => db.close());

  async function serve(config: PipelinesServiceDeps["config"]): Promise<Client<typeof PipelineService>> {
    const service = createPipelinesService({ db, logger, metrics: createMetricsFor(config), config });
    await service.start();
    return createClient(
      PipelineService,
      createInProcessTransport((router) => service.routes(router), { logger, metrics }),
    );
  }

  /** The service registers its counter, so each gets a registry of its own. */
  function createMetricsFor(config: PipelinesServiceDeps["config"]): Metrics {
    return config.collector ? metrics : createMetrics({ processMetrics: false });
  }

  /** Stores a pipeline that is good but for a repetition in a statement, which no check of ours reads and RE2 refuses. */
  async function storeRefusedPipeline(): Promise<string> {
    const name = "process-repeating-filter-v1";
    const file = readFileSync(join(catalogFolder, "process-priority-filter-v1", "pipeline.yaml"), "utf8");
    const text = file
      .replace("name: process-priority-filter-v1", `name: ${name}`)
      .replaceAll("var:high}", "var:high}|a{2000}");
    const { definition } = readPipelineDefinition(text);
    if (!definition) throw new Error("the pipeline of this spec cannot be read");
    expect((await seedCatalog(db, [{ ...definition, readme: "" }])).added).to.deep.equal([name]);
    return name;
  }

  it("lists the catalog in pages, without templates", async () => {
    const first = await client.listPipelines({ pageSize: 3 });
    const second = await client.listPipelines({ pageSize: 3, pageToken: first.nextPageToken });
    const names = [...first.pipelines, ...second.pipelines].map((pipeline) => pipeline.name);
    expect(names).to.deep.equal([
      "process-adaptive-filter-v1",
      "process-aggregated-v1",
      "process-baseline-v1",
      "process-priority-filter-v1",
      "process-topk-v1",
    ]);
    expect(second.nextPageToken).to.equal("");
    expect(first.pipelines[0]).to.include({ version: 1, template: "" });
    expect((await refused(client.listPipelines({ pageToken: "bm8" }))).reason).to.equal(ErrorReason.INVALID_PAGE_TOKEN);
  });

  it("gives a pipeline with its template and its typed variables", async () => {
    const { pipeline } = await client.getPipeline({ name: "process-priority-filter-v1" });
    expect(pipeline?.template).to.contain("name: process-priority-filter-v1");
    expect(pipeline?.createTime).not.to.equal(undefined);
    expect(pipeline?.variables.map(({ name, type }) => [name, type])).to.deep.equal([
      ["interval", VariableType.DURATION],
      ["critical", VariableType.REGEX],
      ["high", VariableType.REGEX],
      ["never", VariableType.REGEX],
    ]);
    expect(pipeline?.variables[0]).to.include({ defaultValue: "15s", minimum: "1s", maximum: "1h" });
  });

  it("names the known pipelines when it has not the one asked for", async () => {
    const error = await refused(client.getPipeline({ name: "process-topk-v9" }));
    expect(error.reason).to.equal(ErrorReason.PIPELINE_NOT_FOUND);
    expect(error.message).to.contain("process-aggregated-v1, process-baseline-v1, process-priority-filter-v1");
  });

  it("renders a pipeline that the collector accepts and keeps it under its digest", async () => {
    const rendered = await client.renderPipeline({
      pipeline: { name: "process-priority-filter-v1", variables: { high: "nginx" } },
      purpose: RenderPurpose.SHADOW,
      mustKeep: ["pay-.*"],
      validate: true,
    });
    expect(rendered).to.include({ version: 1, intervalSeconds: 15 });
    expect(rendered.config).to.contain("pay-.*").and.not.contain("prometheus_remote_write");
    const kept = await client.getRenderedConfig({ configDigest: rendered.configDigest });
    expect(kept.pipeline).to.equal("process-priority-filter-v1");
    expect(new TextDecoder().decode(kept.config)).to.equal(rendered.config);
    expect(createHash("sha256").update(kept.config).digest("hex")).to.equal(rendered.configDigest);
    expect(await metrics.text()).to.contain(
      'phoenix_pipelines_rendered_total{pipeline="process-priority-filter-v1"} 1',
    );
  });

  it("exports to the backend only when that is what the configuration is for", async () => {
    const pipeline = { name: "process-baseline-v1" };
    const exporting = await client.renderPipeline({ pipeline, purpose: RenderPurpose.EXPORT, validate: true });
    expect(exporting.config).to.contain("endpoint: http://127.0.0.1:9090/api/v1/write").and.contain("otlp_http/tap");
    const again = await client.renderPipeline({ pipeline, purpose: RenderPurpose.EXPORT });
    expect(again.configDigest).to.equal(exporting.configDigest);
  });

  it("refuses variables that are unknown or wrong, with the known ones, and expressions that are none", async () => {
    const render = (variables: Record<string, string>, mustKeep: string[] = []) =>
      refused(
        client.renderPipeline({
          pipeline: { name: "process-baseline-v1", variables },
          purpose: RenderPurpose.SHADOW,
          mustKeep,
        }),
      );
    const unknown = await render({ top: "5" });
    expect(unknown.reason).to.equal(ErrorReason.INVALID_VARIABLE);
    expect(unknown.message).to.contain("Its variables: interval.");
    expect((await render({ interval: "10ms" })).reason).to.equal(ErrorReason.INVALID_VARIABLE);
    expect((await render({}, ["(?=a)"])).reason).to.equal(ErrorReason.INVALID_EXPRESSION);
  });

  it("passes on the collector's own words when it refuses, and keeps nothing", async () => {
    const render = client.renderPipeline({
      pipeline: { name: await storeRefusedPipeline() },
      purpose: RenderPurpose.SHADOW,
      validate: true,
    });
    const error = await refused(render);
    expect(error.reason).to.equal(ErrorReason.COLLECTOR_REFUSED_CONFIG);
    expect(error.message).to.contain("processors::filter/low").and.contain("invalid repeat count");
    expect(await db.query("SELECT 1 FROM rendered_configs")).to.deep.equal([]);
  });

  it("refuses to render what would break a rule on every host", async () => {
    const file = readFileSync(join(catalogFolder, "process-priority-filter-v1", "pipeline.yaml"), "utf8");
    const name = "process-wordy-v1";
    const text = file
      .replace("name: process-priority-filter-v1", `name: ${name}`)
      .replace("variables:\n", "variables:\n  remark: {type: string, default: fine, help: A word.}\n")
      .replace("receivers:\n", `receivers:\n  host_metrics/wordy: {scrapers: {cpu: {}}, remark: '\${var:remark}'}\n`);
    const { definition, problems } = readPipelineDefinition(text);
    if (!definition) throw new Error(`the pipeline of this spec cannot be read: ${problems[0]?.message}`);
    await seedCatalog(db, [{ ...definition, readme: "" }]);
    const variables = { remark: "-----BEGIN RSA PRIVATE KEY-----" };
    const error = await refused(
      client.renderPipeline({ pipeline: { name, variables }, purpose: RenderPurpose.SHADOW, validate: true }),
    );
    expect(error.reason).to.equal(ErrorReason.INVALID_FIELD);
    expect(error.metadata).to.include({ rule: "secret-in-clear" });
  });

  it("renders without a collector, but does not pretend to have asked one", async () => {
    const alone = await serve({ collector: null });
    const pipeline = { name: "process-baseline-v1" };
    await alone.renderPipeline({ pipeline, purpose: RenderPurpose.EXPORT });
    const error = await refused(alone.renderPipeline({ pipeline, purpose: RenderPurpose.SHADOW, validate: true }));
    expect(error.reason).to.equal(ErrorReason.COLLECTOR_UNAVAILABLE);
    const check = await alone.validatePipeline({ subject: { case: "pipeline", value: pipeline } });
    expect(check).to.include({ valid: true, collectorAsked: false });
    expect(check.findings.map(({ rule }) => rule)).to.deep.equal(["collector-not-asked"]);
  });

  it("finds the catalog's pipelines good", async () => {
    for (const { name } of (await client.listPipelines({})).pipelines) {
      const check = await client.validatePipeline({ subject: { case: "pipeline", value: { name } } });
      expect(check, name).to.deep.include({ valid: true, collectorAsked: true, findings: [] });
    }
  });

  it("makes a finding of a wrong variable, and of the collector's refusal", async () => {
    const value = { name: "process-priority-filter-v1", variables: { interval: "2h" } };
    const wrong = await client.validatePipeline({ subject: { case: "pipeline", value } });
    expect(wrong).to.include({ valid: false, collectorAsked: false });
    expect(wrong.findings[0]).to.include({
      rule: "variable",
      path: "variables.interval",
      severity: FindingSeverity.ERROR,
    });
    const refusedOne = await client.validatePipeline({
      subject: { case: "pipeline", value: { name: await storeRefusedPipeline() } },
    });
    expect(refusedOne).to.include({ valid: false, collectorAsked: true });
    expect(refusedOne.findings[0]).to.include({ rule: "collector", path: "processors.filter/low" });
    expect(refusedOne.findings[0]?.line).to.be.greaterThan(0);
  });

  it("checks a file and a whole configuration that it does not know", async () => {
    const file = await client.validatePipeline({ subject: { case: "pipelineFile", value: "name: x\n" } });
    expect(file.valid).to.equal(false);
    expect(file.findings.every(({ rule, line }) => rule === "schema" && line === 1)).to.equal(true);
    const config = `receivers: {hostmetrics: {scrapers: {cpu: {}}}}
exporters: {debug: {}}
service: {telemetry: {metrics: {level: none}}, pipelines: {metrics: {receivers: [hostmetrics], exporters: [debug]}}}
`;
    const check = await client.validatePipeline({ subject: { case: "config", value: config } });
    expect(check).to.include({ valid: true, collectorAsked: true });
    expect(check.findings.map(({ rule }) => rule)).to.deep.equal(["old-type-name"]);
  });

  it("does not let the collector read a file that a configuration names", async () => {
    const value = `receivers: {host_metrics: "\${file:/etc/passwd}"}\nservice: {pipelines: {metrics: {receivers: [host_metrics]}}}\n`;
    const check = await client.validatePipeline({ subject: { case: "config", value } });
    expect(check.collectorAsked).to.equal(false);
    expect(check.findings[0]).to.include({ rule: "foreign-reference" });
  });

  it("does not begin with a remote-write URL that is none or carries a password", () => {
    const begin = (remoteWriteUrl: string) => () =>
      createPipelinesService({
        db,
        logger,
        metrics: createMetrics({ processMetrics: false }),
        config: { collector: null, remoteWriteUrl },
      });
    expect(begin("prometheus")).to.throw("is not a URL");
    expect(begin("file:///etc/passwd")).to.throw("neither http nor https");
    expect(begin("http://me:hunter2@127.0.0.1/")).to.throw(/carries a user or a password(?!.*hunter2)/);
  });
});
