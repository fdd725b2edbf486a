import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { expect } from "chai";
import { filteredTypes } from "./filter-answer.ts";
import { isServed, methodRules, ruleOf } from "./method-rules.ts";

const contract = join(import.meta.dirname, "..", "..", "..", "gen", "phoenix");

/** Every service of the contract but that of agents, who come by a port and with credentials of their own. */
async function readServices(): Promise<DescService[]> {
  const files = readdirSync(contract, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith("_service_pb.ts"),
  );
  const modules = await Promise.all(files.map((path) => import(join(contract, path))));
  const services = modules.flatMap((module) =>
    Object.values(module as Record<string, DescService>).filter(({ kind }) => kind === "service"),
  );
  return services.filter(({ typeName }) => typeName !== "phoenix.agent.v1.AgentService");
}

describe("the rules of access", () => {
  let methods: DescMethod[];

  before(async () => {
    const services = await readServices();
    expect(services.length).to.be.greaterThan(9);
    methods = services.flatMap((service) => service.methods);
  });

  const nameOf = ({ parent, name }: DescMethod): string => `${parent.typeName}/${name}`;

  it("are there for every RPC of the contract, once, and for nothing else", () => {
    expect(methodRules.map(([method]) => method)).to.deep.equal(methods.map(nameOf).toSorted());
  });

  it("deny what is not written, whatever it is called", () => {
    for (const [service, method] of [
      ["phoenix.other.v1.OtherService", "Do"],
      ["phoenix.controller.v1.FleetService", "Do"],
      ["phoenix.controller.v1.FleetService", "constructor"],
      ["__proto__", "toString"],
    ] as const) {
      expect(ruleOf(service, method), `${service}/${method}`).to.equal(undefined);
      expect(isServed(service, method)).to.equal(false);
    }
    expect(isServed("phoenix.benchmark.v1.BenchmarkService", "RecordObservations")).to.equal(false);
  });

  it("let nobody in without a login but to log in and out", () => {
    const open = methodRules.filter(([, { who }]) => who === "anyone").map(([method]) => method.split("/")[1]);
    expect(open).to.deep.equal(["GetLoginOptions", "Login", "Logout", "Refresh"]);
  });

  it("record every change that someone makes, and only unary calls", () => {
    for (const method of methods) {
      const rule = ruleOf(method.parent.typeName, method.name)!;
      if (rule.audited) expect(method.methodKind, nameOf(method)).to.equal("unary");
      const changes =
        /^(Create|Update|Delete|Start|Stop|Cancel|Promote|Rollback|Drain|Revoke|Apply|Decide|Pause|Resume|Repair|Clear|Publish|Change)/;
      if (changes.test(method.name)) expect(rule.audited, nameOf(method)).to.equal(true);
    }
  });

  it("filter every list of what concerns hosts", () => {
    const listed = methods.filter(({ parent, name }) => ruleOf(parent.typeName, name)?.concern === "listed");
    expect(listed.map(({ output }) => output.typeName).toSorted()).to.deep.equal(filteredTypes.toSorted());
  });

  it("find in a request what its rule says it concerns", () => {
    const fields = {
      host: "host_id",
      "named-hosts": "hosts",
      task: "task_id",
      experiment: "experiment_id",
      "new-experiment": "spec",
      deployment: "deployment_id",
      "new-deployment": "selector",
      load: "load_simulation_id",
      "new-load": "hosts",
      labels: "labels",
      "any-labels": "any_of",
    };
    for (const { parent, name, input } of methods) {
      const { concern, who } = ruleOf(parent.typeName, name)!;
      if (who === "services" || concern === "nothing" || concern === "listed" || concern === "itself") continue;
      expect(
        input.fields.map((field) => field.name),
        `${name} and its ${concern}`,
      ).to.include(fields[concern]);
    }
  });
});
