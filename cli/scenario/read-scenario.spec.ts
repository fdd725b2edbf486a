import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

  describe("whose load is a file", () => {
    let folder: string;

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "phoenix-scenario-"));
      writeFileSync(
        join(folder, "mine.yaml"),
        "name: mine\ndescription: Few.\ndefault_processes: 4\nothers: [session]\n",
      );
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const scenarioWith = (load: string): string => `baseline: a\ncandidates: [b]\nload: ${load}\n`;
    const loadOf = (load: string) =>
      specOfScenario(parseScenario(scenarioWith(load), join(folder, "scenario.yaml"))).load;

    it("has that profile, found beside the scenario", () => {
      for (const text of ["mine.yaml", "./mine.yaml", join(folder, "mine.yaml")]) {
        expect(loadOf(text)?.custom, text).to.deep.include({ name: "mine", defaultProcesses: 4, maxProcesses: 2_000 });
        expect(loadOf(text)).to.deep.include({ profile: "", processes: 0, seed: 1n });
      }
      const some = loadOf("{ profile: mine.yaml, processes: 9, seed: 3 }");
      expect(some).to.deep.include({ profile: "", processes: 9, seed: 3n });
      expect(some?.custom?.name).to.equal("mine");
      expect(loadOf("realistic")?.profile).to.equal("realistic");
      expect(loadOf("realistic")?.custom).to.equal(undefined);
    });

    it("is refused with its own line and the lines of what is wrong in the profile", () => {
      writeFileSync(
        join(folder, "mine.yaml"),
        "name: mine\ndescription: Few.\ndefault_processes: 4\nothers: [session]\ncpu_ratio: 9\n",
      );
      const complaintOf = (load: string): string => {
        try {
          loadOf(load);
        } catch (error) {
          expect(error).to.be.instanceOf(CommandError);
          return (error as CommandError).message.replaceAll(`${folder}/`, "");
        }
        throw new Error("the scenario was accepted");
      };
      expect(complaintOf("mine.yaml").split("\n")).to.deep.equal([
        "scenario.yaml:3:7: this load cannot be run:",
        "mine.yaml:5:1: cpu_ratio: must be a number from 0 to 4",
      ]);
      expect(complaintOf("none.yaml")).to.contain("cannot read none.yaml: there is no such file");
    });
  });
});
