import { readFileSync } from "node:fs";
import { join } from "node:path";
import { catalogFolder } from "@phoenix/catalog";
import { FindingSeverity } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { RenderPurpose } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { findTestCollector, type ServedPipelines, servePipelines } from "../testing/index.ts";

after(stopTestDatabases);

describe("the pipelines service, for hosts whose collectors contain what they say,", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(30_000);
  let served: ServedPipelines;

  before(async function () {
    this.timeout(600_000);
    await findTestCollector();
  });
  beforeEach(async () => {
    served = await servePipelines(await findTestCollector(), "http://127.0.0.1:9090/api/v1/write");
  });
  afterEach(() => served.close());

  const contained = (...lacking: string[]) => ({
    receivers: ["host_metrics"],
    processors: ["batch", "filter", "memory_limiter", "resource", "transform"].filter(
      (type) => !lacking.includes(type),
    ),
    exporters: ["otlp_http", "prometheus_remote_write"],
    connectors: [],
    extensions: ["health_check"],
  });
  const group = (hostNames: string[], components?: ReturnType<typeof contained>) => ({
    hostNames,
    hostCount: hostNames.length,
    collectorVersions: ["0.160.0"],
    ...(components === undefined ? {} : { components }),
  });
  const pipeline = { name: "process-priority-filter-v1" };
  const purpose = RenderPurpose.EXPORT;

  it("renders where all have every component, and refuses where some lack one, naming both", async () => {
    const hosts = [group(["web-1"], contained()), group(["old"])];
    expect((await served.client.renderPipeline({ pipeline, purpose, hosts })).configDigest).to.have.length(64);
    const lacking = [...hosts, group(["web-2", "web-3"], contained("filter"))];
    const error = await served.client.renderPipeline({ pipeline, purpose, hosts: lacking }).then(
      () => expect.fail("nothing was refused"),
      (failure: unknown) => fromConnectError(failure),
    );
    expect(error.reason).to.equal(ErrorReason.COMPONENT_MISSING);
    expect(error.metadata).to.include({ pipeline: pipeline.name, component: "processors.filter/never" });
    expect(error.message).to.contain("of web-2, web-3 have no processor of the type filter");
  });

  it("makes findings of it at their place in a pipeline file, and a warning of hosts that have not told", async () => {
    const file = readFileSync(join(catalogFolder, "process-priority-filter-v1", "pipeline.yaml"), "utf8");
    const subject = { case: "pipelineFile" as const, value: file };
    const hosts = [group(["web-2"], contained("filter")), group(["old"])];
    const { valid, findings } = await served.client.validatePipeline({ subject, hosts });
    expect(valid).to.equal(false);
    const [first] = findings;
    expect(first).to.include({
      rule: "host-component",
      severity: FindingSeverity.ERROR,
      path: "processors.filter/never",
    });
    expect(file.split("\n")[(first?.line ?? 0) - 1]).to.equal("  filter/never:");
    expect(first?.message).to.equal("The collector (0.160.0) of web-2 has no processor of the type filter.");
    expect(findings.at(-1)).to.include({ rule: "host-components-unknown", severity: FindingSeverity.WARNING });
    const fit = await served.client.validatePipeline({ subject, hosts: [group(["web-1"], contained())] });
    expect([fit.valid, fit.findings]).to.deep.equal([true, []]);
  });

  it("trusts the hosts where all have a component that the server's own collector lacks", async () => {
    const config = `receivers: {host_metrics: {scrapers: {cpu: {}}}}
processors: {only_there: {}}
exporters: {otlp_http: {endpoint: "https://in.example"}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {metrics: {receivers: [host_metrics], processors: [only_there], exporters: [otlp_http]}}
`;
    const subject = { case: "config" as const, value: config };
    const own = await served.client.validatePipeline({ subject });
    expect(own.findings.map(({ rule }) => rule)).to.deep.equal(["unknown-component"]);
    const components = { ...contained(), processors: ["only_there"] };
    const theirs = await served.client.validatePipeline({ subject, hosts: [group(["web-1"], components)] });
    expect(theirs).to.include({ valid: true, collectorAsked: false });
    expect(theirs.findings.map(({ rule }) => rule)).to.deep.equal(["collector-not-asked"]);
  });
});
