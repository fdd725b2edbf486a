import { readFileSync } from "node:fs";
import { join } from "node:path";
import { catalogFolder } from "@phoenix/catalog";
import { FindingSeverity, PipelineOrigin, PipelineState } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { RenderPurpose } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { Code, ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { findTestCollector, type ServedPipelines, servePipelines } from "../testing/index.ts";

after(stopTestDatabases);

const shipped = readFileSync(join(catalogFolder, "process-priority-filter-v1", "pipeline.yaml"), "utf8");
const good = shipped.replace("name: process-priority-filter-v1", "name: mine");
const other = good.replace("default: 15s", "default: 30s");
/** Has a processor that is used and not defined. */
const faulty = good.replace("filter/high]", "filter/absent]");
/** Has a repetition in a statement that only the collector minds. */
const refusedByCollector = good.replaceAll("var:high}", "var:high}|a{2000}");

const refused = (call: Promise<unknown>) =>
  call.then(
    () => expect.fail("nothing was refused"),
    (error: unknown) => fromConnectError(error),
  );

describe("versions of pipelines that users add", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(30_000);
  let served: ServedPipelines;
  let client: ServedPipelines["client"];

  before(async function () {
    this.timeout(600_000);
    await findTestCollector();
  });
  beforeEach(async () => {
    served = await servePipelines(await findTestCollector());
    client = served.client;
  });
  afterEach(() => served.close());

  const shapes = async (name: string) =>
    (await client.listPipelineVersions({ name })).pipelines.map(({ version, state }) => [version, state]);

  it("keeps a checked draft, replaces it, publishes it, and offers nothing else", async () => {
    const drafted = await client.createPipelineVersion({ pipelineFile: good, readme: "# Mine\n" });
    expect(drafted.pipeline).to.deep.include({
      name: "mine",
      version: 1,
      state: PipelineState.VALIDATED,
      origin: PipelineOrigin.USER,
      author: "operator",
    });
    expect(drafted.findings).to.deep.equal([]);
    const render = () =>
      client.renderPipeline({ pipeline: { name: "mine", version: 1 }, purpose: RenderPurpose.SHADOW });
    expect(await refused(render())).to.include({
      reason: ErrorReason.PIPELINE_NOT_FOUND,
      code: Code.FailedPrecondition,
    });

    const replaced = await client.createPipelineVersion({ pipelineFile: other, readme: "# Mine\n" });
    expect(replaced.pipeline).to.include({ version: 1 });
    const { pipeline } = await client.publishPipelineVersion({ name: "mine" });
    expect(pipeline).to.include({ version: 1, state: PipelineState.PUBLISHED, template: other, readme: "# Mine\n" });
    expect((await render()).config).to.contain("PHX_INTERVAL:-30s");

    await client.createPipelineVersion({ pipelineFile: good });
    expect(await shapes("mine")).to.deep.equal([
      [2, PipelineState.VALIDATED],
      [1, PipelineState.PUBLISHED],
    ]);
    expect((await client.getPipeline({ name: "mine" })).pipeline).to.include({ version: 1 });
    const listed = (await client.listPipelines({})).pipelines.find(({ name }) => name === "mine");
    expect(listed).to.include({ version: 1, state: PipelineState.PUBLISHED, readme: "", template: "" });
  });

  it("keeps a faulty pipeline file as a draft, and refuses to publish it with the places of what is wrong", async () => {
    const { pipeline, findings } = await client.createPipelineVersion({ pipelineFile: faulty });
    expect(pipeline?.state).to.equal(PipelineState.DRAFT);
    expect(findings[0]).to.include({ severity: FindingSeverity.ERROR, rule: "dangling-reference" });
    const publish = await refused(client.publishPipelineVersion({ name: "mine" }));
    expect(publish).to.include({ reason: ErrorReason.INVALID_FIELD });
    expect(publish.message).to.match(/^Version 1 of mine cannot be published: line \d+, column \d+: .*filter\/absent/);
    const create = await refused(client.createPipelineVersion({ pipelineFile: faulty, publish: true }));
    expect(create.message).to.contain("mine cannot be published: line");
    expect(await shapes("mine")).to.deep.equal([[1, PipelineState.DRAFT]]);
  });

  it("publishes nothing that the collector refuses, in the collector's own words", async () => {
    const error = await refused(client.createPipelineVersion({ pipelineFile: refusedByCollector, publish: true }));
    expect(error.reason).to.equal(ErrorReason.COLLECTOR_REFUSED_CONFIG);
    expect(error.message).to.contain("invalid repeat count");
    expect((await refused(client.getPipeline({ name: "mine" }))).reason).to.equal(ErrorReason.PIPELINE_NOT_FOUND);
  });

  it("keeps nothing that is no pipeline file", async () => {
    const error = await refused(client.createPipelineVersion({ pipelineFile: "name: mine\nkeeps: [" }));
    expect(error.reason).to.equal(ErrorReason.INVALID_FIELD);
    expect(error.message).to.match(/^This is no pipeline file: line 2, column/);
  });

  it("checks everything and stores nothing when asked to", async () => {
    const fine = await client.createPipelineVersion({ pipelineFile: good, publish: true, validateOnly: true });
    expect(fine.pipeline).to.include({ version: 1, state: PipelineState.PUBLISHED });
    const bad = await client.createPipelineVersion({ pipelineFile: faulty, publish: true, validateOnly: true });
    expect(bad.findings[0]).to.include({ rule: "dangling-reference" });
    const none = await client.createPipelineVersion({ pipelineFile: "[", validateOnly: true });
    expect(none.pipeline).to.equal(undefined);
    expect(none.findings[0]).to.include({ severity: FindingSeverity.ERROR });
    expect((await refused(client.listPipelineVersions({ name: "mine" }))).reason).to.equal(
      ErrorReason.PIPELINE_NOT_FOUND,
    );
  });

  it("does not store again what is published, but does what was published before that", async () => {
    const publish = (pipelineFile: string) => client.createPipelineVersion({ pipelineFile, publish: true });
    await publish(good);
    const again = await publish(good);
    expect(again.pipeline).to.include({ version: 1 });
    expect(again.findings.map(({ rule }) => rule)).to.deep.equal(["already-published"]);
    await publish(other);
    expect((await publish(good)).pipeline).to.include({ version: 3 });
  });

  it("gives a repeated request its first answer, and refuses its id for another", async () => {
    const request = { requestId: "r-1", pipelineFile: good, publish: true };
    const first = await client.createPipelineVersion(request);
    await client.createPipelineVersion({ pipelineFile: other, publish: true });
    expect(await client.createPipelineVersion(request)).to.deep.equal(first);
    const reused = await refused(client.createPipelineVersion({ ...request, pipelineFile: other }));
    expect(reused.reason).to.equal(ErrorReason.REQUEST_ID_REUSED);
    await client.createPipelineVersion({ pipelineFile: good });
    const published = await client.publishPipelineVersion({ requestId: "r-2", name: "mine" });
    expect(await client.publishPipelineVersion({ requestId: "r-2", name: "mine" })).to.deep.equal(published);
    expect(await client.deletePipeline({ requestId: "r-3", name: "mine" })).to.include({ versions: 3 });
    expect(await client.deletePipeline({ requestId: "r-3", name: "mine" })).to.include({ versions: 3 });
  });

  it("gives each of many at once a number of its own, and the last of many drafts the one number", async () => {
    const files = [10, 20, 40, 50].map((seconds) => good.replace("default: 15s", `default: ${seconds}s`));
    const published = await Promise.all(
      files.map((pipelineFile) => client.createPipelineVersion({ pipelineFile, publish: true })),
    );
    expect(published.map(({ pipeline }) => pipeline?.version).sort()).to.deep.equal([1, 2, 3, 4]);
    await Promise.all(files.map((pipelineFile) => client.createPipelineVersion({ pipelineFile })));
    expect((await shapes("mine")).map(([version]) => version)).to.deep.equal([5, 4, 3, 2, 1]);
  });

  it("leaves what ships with Phoenix as it is", async () => {
    const error = await refused(client.createPipelineVersion({ pipelineFile: shipped }));
    expect(error.reason).to.equal(ErrorReason.PIPELINE_IN_USE);
    const gone = await refused(client.deletePipeline({ name: "process-baseline-v1" }));
    expect(gone.reason).to.equal(ErrorReason.PIPELINE_IN_USE);
    const { pipeline } = await client.getPipeline({ name: "process-baseline-v1" });
    expect(pipeline).to.include({ origin: PipelineOrigin.CATALOG, author: "" });
    expect(pipeline?.readme).to.match(/^# process-baseline-v1\n/);
  });

  it("says how agents move a filter, and keeps a draft whose defaults say nothing that can be", async () => {
    const { pipeline } = await client.getPipeline({ name: "process-topk-v1" });
    expect(pipeline?.dynamic?.policy).to.have.property("case", "topK");
    expect((await client.getPipeline({ name: "process-baseline-v1" })).pipeline?.dynamic).to.equal(undefined);
    const text = readFileSync(join(catalogFolder, "process-topk-v1", "pipeline.yaml"), "utf8");
    const wrong = text.replace("name: process-topk-v1", "name: mine").replace("default: 10,", "default: 100000,");
    const drafted = await client.createPipelineVersion({ pipelineFile: wrong });
    expect(drafted.pipeline?.state).to.equal(PipelineState.DRAFT);
    expect(drafted.pipeline?.dynamic).to.equal(undefined);
    expect((await client.listPipelines({})).pipelines.map(({ name }) => name)).to.include("mine");
  });

  it("publishes no version twice, and none that is not there", async () => {
    await client.createPipelineVersion({ pipelineFile: good, publish: true });
    const newest = await refused(client.publishPipelineVersion({ name: "mine" }));
    expect(newest.reason).to.equal(ErrorReason.PIPELINE_IN_USE);
    expect(newest.message).to.equal("mine has no draft; version 1 is the newest, and published.");
    const named = await refused(client.publishPipelineVersion({ name: "mine", version: 1 }));
    expect(named.message).to.equal("Version 1 of mine is published already.");
    const absent = await refused(client.publishPipelineVersion({ name: "mine", version: 4_294_967_295 }));
    expect(absent.reason).to.equal(ErrorReason.PIPELINE_NOT_FOUND);
  });

  it("deletes a draft, or all versions, and leaves what was rendered", async () => {
    await client.createPipelineVersion({ pipelineFile: good, publish: true });
    const { configDigest } = await client.renderPipeline({ pipeline: { name: "mine" }, purpose: RenderPurpose.SHADOW });
    await client.createPipelineVersion({ pipelineFile: other });
    expect((await refused(client.deletePipeline({ name: "mine", version: 1 }))).message).to.contain(
      "A published version goes only with all others",
    );
    expect(await client.deletePipeline({ name: "mine", version: 2 })).to.include({ versions: 1 });
    expect(await client.deletePipeline({ name: "mine" })).to.include({ versions: 1 });
    expect((await refused(client.deletePipeline({ name: "mine" }))).reason).to.equal(ErrorReason.PIPELINE_NOT_FOUND);
    expect(await client.getRenderedConfig({ configDigest })).to.include({ pipeline: "mine" });
    const next = await client.createPipelineVersion({ pipelineFile: other, publish: true });
    expect(next.pipeline).to.include({ version: 2 });
  });

  it("lists versions in pages, and takes no token of another list", async () => {
    for (const seconds of [10, 20, 40])
      await client.createPipelineVersion({
        pipelineFile: good.replace("default: 15s", `default: ${seconds}s`),
        publish: true,
      });
    const first = await client.listPipelineVersions({ name: "mine", pageSize: 2 });
    const second = await client.listPipelineVersions({ name: "mine", pageSize: 2, pageToken: first.nextPageToken });
    expect(first.pipelines.map(({ version }) => version)).to.deep.equal([3, 2]);
    expect(second.pipelines.map(({ version }) => version)).to.deep.equal([1]);
    expect(second.nextPageToken).to.equal("");
    const list = (await client.listPipelines({ pageSize: 1 })).nextPageToken;
    for (const pageToken of [list, Buffer.from("versions of mine after x").toString("base64url")]) {
      const error = await refused(client.listPipelineVersions({ name: "mine", pageToken }));
      expect(error.reason).to.equal(ErrorReason.INVALID_PAGE_TOKEN);
    }
  });
});
