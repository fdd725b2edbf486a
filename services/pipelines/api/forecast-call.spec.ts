import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { type ServedPipelines, servePipelines } from "../testing/index.ts";

after(stopTestDatabases);

describe("the forecast of a pipeline", function () {
  this.timeout(60_000);
  let served: ServedPipelines;

  before(async function () {
    this.timeout(120_000);
    served = await servePipelines(null);
  });
  after(() => served.close());

  async function refusal(call: Promise<unknown>): Promise<ErrorReason> {
    try {
      await call;
    } catch (error) {
      return fromConnectError(error).reason;
    }
    throw new Error("it was accepted");
  }

  it("is of a load that ships, and of the processes that run besides", async () => {
    const pipeline = { name: "process-baseline-v1" };
    const load = { loadProfile: "high-cardinality", loadProcesses: 1_500 };
    const alone = await served.client.forecastPipeline({ pipeline, ...load });
    expect(alone.processes).to.equal(1_500);
    expect(alone.processSeries).to.equal(1_500 * 11);
    expect(alone.assumptions.join(" ")).to.contain("No other process runs");
    const besides = await served.client.forecastPipeline({
      pipeline,
      ...load,
      population: [{ name: "sshd", processes: 2 }],
    });
    expect(besides.activeSeries - alone.activeSeries).to.be.closeTo(22, 1e-6);
    expect(besides.assumptions.join(" ")).not.to.contain("No other process runs");
  });

  it("is of a load of one's own, and of as many loads as run on the machine", async () => {
    const pipeline = { name: "process-baseline-v1" };
    const customLoad = { name: "mine", defaultProcesses: 8, maxProcesses: 20, others: [{ name: "session" }] };
    const one = await served.client.forecastPipeline({ pipeline, customLoad });
    expect(one.processSeries).to.equal(8 * 11);
    expect(one.assumptions.join(" ")).to.contain("The load mine is as it is on average").and.not.contain("times");
    const three = await served.client.forecastPipeline({ pipeline, customLoad, loadProcesses: 99, loadsOnMachine: 3 });
    expect(three.processSeries).to.equal(3 * 20 * 11);
    expect(three.assumptions.join(" ")).to.contain("The load runs 3 times on the machine of the host.");
    expect(await refusal(served.client.forecastPipeline({ pipeline, customLoad, loadProfile: "realistic" }))).to.equal(
      ErrorReason.INVALID_FIELD,
    );
  });

  it("takes variables and must-keep expressions, as rendering does", async () => {
    const answer = await served.client.forecastPipeline({
      pipeline: { name: "process-priority-filter-v1", variables: { high: "tenant-.*" } },
      mustKeep: ["session-0b.*"],
      loadProfile: "high-cardinality",
      loadProcesses: 1_000,
    });
    // Four in ten processes are tenants. Sessions follow, from number 400, which is 0b4 to the base of 36.
    expect(answer.processSeries).to.equal(400 * 4 + 32 * 11);
  });

  it("is of a file that is not stored the same as of the published one it came from", async () => {
    const load = { loadProfile: "high-cardinality", loadProcesses: 1_000 };
    const pipeline = { name: "process-priority-filter-v1" };
    const { template = "" } = (await served.client.getPipeline(pipeline)).pipeline ?? {};
    const published = await served.client.forecastPipeline({ pipeline, ...load });
    const drafted = await served.client.forecastPipeline({ pipelineFile: template, ...load });
    expect(drafted).to.deep.equal(published);
    const changed = await served.client.forecastPipeline({
      pipelineFile: template.replace(/default: 15s/, "default: 30s"),
      ...load,
    });
    expect(changed.dataPointsPerSecond * 2).to.be.closeTo(published.dataPointsPerSecond, 1e-6);
  });

  it("is refused for a file with errors, and for a file beside a name", async () => {
    const pipeline = { name: "process-baseline-v1" };
    expect(await refusal(served.client.forecastPipeline({ pipelineFile: "name: [" }))).to.equal(
      ErrorReason.INVALID_FIELD,
    );
    const { template = "" } = (await served.client.getPipeline(pipeline)).pipeline ?? {};
    expect(await refusal(served.client.forecastPipeline({ pipeline, pipelineFile: template }))).to.equal(
      ErrorReason.INVALID_FIELD,
    );
    expect(await refusal(served.client.forecastPipeline({}))).to.equal(ErrorReason.INVALID_FIELD);
  });

  it("is refused for what there is not", async () => {
    const pipeline = { name: "process-baseline-v1" };
    expect(await refusal(served.client.forecastPipeline({ pipeline, loadProfile: "none" }))).to.equal(
      ErrorReason.LOAD_PROFILE_NOT_FOUND,
    );
    expect(await refusal(served.client.forecastPipeline({ pipeline: { name: "none" } }))).to.equal(
      ErrorReason.PIPELINE_NOT_FOUND,
    );
    const wrong = { ...pipeline, variables: { interval: "soon" } };
    expect(await refusal(served.client.forecastPipeline({ pipeline: wrong }))).to.equal(ErrorReason.INVALID_VARIABLE);
  });
});
