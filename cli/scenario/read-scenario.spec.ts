import { Estimator } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { expect } from "chai";
import { CommandError } from "../output/command-error.ts";
import { parseScenario } from "./read-scenario.ts";
import { specOfScenario } from "./scenario.ts";

const complaint = (text: string): string => {
  try {
    parseScenario(text, "try.yaml");
  } catch (error) {
    expect(error).to.be.instanceOf(CommandError);
    return (error as CommandError).message;
  }
  throw new Error("the scenario was accepted");
};

describe("a scenario file", () => {
  it("becomes the request it stands for", () => {
    const scenario = parseScenario(
      [
        "name: try",
        "hosts: [web-1]",
        "baseline: process-baseline-v1",
        "candidates:",
        "  - pipeline: process-priority-filter-v1",
        "    variables: {interval: 10s, level: 3}",
        "  - process-topk-v1",
        "duration: 90s",
        "calibration: 60s",
        "estimator: fleet-total",
        "minimumReduction: 30%",
        "mustKeep: ['postgres|nginx']",
        "load: {profile: realistic, processes: 80}",
      ].join("\n"),
      "try.yaml",
    );
    const spec = specOfScenario(scenario);
    expect(spec.arms.map((arm) => arm.variant)).to.deep.equal(["baseline", "candidate", "candidate-2"]);
    expect(spec.arms[1]?.pipeline?.variables).to.deep.equal({ interval: "10s", level: "3" });
    expect(spec.maxDuration?.seconds).to.equal(90n);
    expect(spec.calibrationDuration?.seconds).to.equal(60n);
    expect(spec.estimator).to.equal(Estimator.FLEET_TOTAL);
    expect(spec.minimumReductionRatio).to.equal(0.3);
    expect(spec.load?.processes).to.equal(80);
  });

  it("asks for no A/A period with zero, and leaves it to the profile when it says nothing", () => {
    const specOf = (text: string) => specOfScenario(parseScenario(`baseline: a\ncandidates: [b]\n${text}`, "try.yaml"));
    expect(specOf("calibration: 0s").calibrationDuration?.seconds).to.equal(0n);
    expect(specOf("").calibrationDuration).to.equal(undefined);
    expect(specOf("").estimator).to.equal(Estimator.UNSPECIFIED);
    expect(complaint("baseline: a\ncandidates: [b]\nestimator: median\n")).to.equal(
      "try.yaml:3:12: expected typical-host or fleet-total",
    );
  });

  it("is refused with line and column of a wrong key", () => {
    expect(complaint("baseline: a\ncandidates: [b]\nmustkeep: [x]\n")).to.match(
      /^try\.yaml:3:1: unknown key "mustkeep"; the keys here are name, hosts/,
    );
  });

  it("is refused with line and column of a wrong value", () => {
    expect(complaint("baseline: a\ncandidates: [b]\nduration: soon\n")).to.equal(
      'try.yaml:3:11: "soon" is not a duration such as 90s, 10m, 2h or 1d',
    );
  });

  it("is refused when a needed key is missing", () => {
    expect(complaint("baseline: a\n")).to.contain('the key "candidates" is missing');
  });

  it("is refused with the parser's position when it is not YAML", () => {
    expect(complaint("baseline: [a\n")).to.match(/^try\.yaml:\d+:\d+: /);
  });
});
