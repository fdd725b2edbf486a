import { toJson } from "@bufbuild/protobuf";
import { loadCatalog, type PipelineDefinition } from "@phoenix/catalog";
import { DynamicPolicySchema } from "@phoenix/gen/phoenix/pipelines/v1/dynamic_pb.ts";
import { ErrorReason, isPhoenixError } from "@phoenix/platform/errors";
import { expect } from "chai";
import { parse } from "yaml";
import { renderPipeline } from "./index.ts";

describe("rendering a pipeline whose filter moves", () => {
  let topK: PipelineDefinition;
  let adaptive: PipelineDefinition;

  before(async () => {
    const catalog = await loadCatalog();
    const find = (name: string) => catalog.find((each) => each.name === name) ?? expect.fail(`no ${name}`);
    topK = find("process-topk-v1");
    adaptive = find("process-adaptive-filter-v1");
  });

  const render = (definition: PipelineDefinition, variables: Record<string, string> = {}, mustKeep: string[] = []) =>
    renderPipeline(definition, { variables, mustKeep, remoteWriteUrl: undefined });
  const policyOf = (...given: Parameters<typeof render>) => {
    const { dynamic } = render(...given);
    return dynamic === undefined ? expect.fail("it has no policy") : toJson(DynamicPolicySchema, dynamic);
  };
  const refusalOf = (...given: Parameters<typeof render>): string => {
    try {
      render(...given);
    } catch (error) {
      if (isPhoenixError(error, ErrorReason.INVALID_VARIABLE)) return `${error.metadata.variable}: ${error.message}`;
      throw error;
    }
    return expect.fail("nothing was refused");
  };

  it("gives its policy with the values of the variables and each must-keep expression", () => {
    const variables = { k: "3", io_weight: "0", always: "sshd" };
    expect(policyOf(topK, variables, ["pay-.*", "sshd"])).to.deep.equal({
      topK: { processes: 3, cpuWeight: 1, rssWeight: 0.5, hysteresisRatio: 0.2 },
      mustKeep: ["sshd", "pay-.*"],
    });
    const raised = policyOf(adaptive, { tight_rss_floor_mib: "2", tight_minimum_age: "1m30s", dwell: "0s" });
    expect(raised).to.have.nested.property("adaptive.dwell", "0s");
    expect(raised).to.have.nested.property("adaptive.levels[1]").that.includes({
      name: "tight",
      enterLoad: 0.6,
      rssFloorBytes: "2097152",
      minimumAge: "90s",
    });
  });

  it("has no policy where the filter stands still", async () => {
    const [baseline] = (await loadCatalog()).filter(({ name }) => name === "process-baseline-v1");
    const { dynamic, text } = render(baseline ?? expect.fail("no baseline"));
    expect(dynamic).to.equal(undefined);
    expect(text).to.not.contain("phoenix-dynamic");
  });

  it("writes the policy into the configuration, so that the digest is of both", () => {
    const { text, digest, dynamic } = render(topK);
    const line = text.split("\n").find((each) => each.startsWith("# phoenix-dynamic: ")) ?? "";
    expect(JSON.parse(line.slice("# phoenix-dynamic: ".length))).to.deep.equal({
      intervalMs: 15_000,
      policy: toJson(DynamicPolicySchema, dynamic ?? expect.fail("it has no policy")),
    });
    expect(render(topK, { hysteresis: "0.3" }).digest).to.not.equal(digest);
  });

  it("lets no expression end the line that the policy stands in", () => {
    const { text } = render(topK, { always: "c\u2028d|é" });
    const lines = text.split("\n").filter((each) => each.startsWith("#"));
    expect(lines.join("")).to.match(/^[ -~]+$/);
    expect(lines.at(-1)).to.contain("\\u2028");
    expect(parse(text)).to.have.property("receivers");
  });

  it("refuses values that the contract does not have, and levels that do not rise", () => {
    expect(refusalOf(topK, { k: "0" })).to.match(/^k: .*below 1/);
    const wide: PipelineDefinition = {
      ...topK,
      variables: topK.variables.map(({ minimum: _minimum, maximum: _maximum, ...variable }) => variable),
    };
    expect(refusalOf(wide, { k: "1001" })).to.equal(
      'k: The moving filter of process-topk-v1 takes processes from 1 to 1000, not "1001". Give k a value in this range.',
    );
    expect(refusalOf(adaptive, { severe_enter: "0.5" })).to.match(
      /^severe_enter: .*level severe is entered at 0.5, and tight below it at 0.6/,
    );
    expect(refusalOf(adaptive, { tight_leave: "0.7" })).to.contain("level tight is left under 0.7, and entered at 0.6");
    expect(refusalOf(topK, { always: `a${"b".repeat(4096)}` })).to.match(/^always: .*longer than 4096/);
  });
});
