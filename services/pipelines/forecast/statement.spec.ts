import { expect } from "chai";
import { type Flow, unknownValue } from "./flow.ts";
import { readCondition, readStatement } from "./statement.ts";

const flow: Flow = {
  resource: {
    attributes: new Map<string, string | typeof unknownValue>([
      ["process.executable.name", "nginx"],
      ["process.pid", unknownValue],
    ]),
    population: undefined,
  },
  metric: "process.cpu.time",
  combinations: 3,
  resources: 1,
  aggregated: false,
  intervalMs: 15_000,
  value: 0.25,
};

describe("conditions of the OpenTelemetry Transformation Language", () => {
  const name = 'resource.attributes["process.executable.name"]';
  const table: [condition: string, holds: boolean | undefined][] = [
    [`IsMatch(${name}, "^(?:nginx|java)$")`, true],
    [`not IsMatch(${name}, "^ng")`, false],
    [`IsMatch(resource.attributes["absent"], ".*")`, false],
    [`${name} == "nginx" and metric.name != "process.cpu.time"`, false],
    [`${name} == "x" or metric.name == "process.cpu.time"`, true],
    ['(metric.name == "a" or true) and not false', true],
    // "and" binds closer than "or".
    ["true or false and false", true],
    ['resource.attributes["phx.keep"] == nil', true],
    ['resource.attributes["process.pid"] == nil', false],
    ['resource.attributes["process.pid"] == "7"', undefined],
    ['resource.attributes["process.pid"] == "7" and false', false],
    ['resource.attributes["process.pid"] == "7" or true', true],
    ["datapoint.value_double >= 0.25", true],
    ["datapoint.value_int < 0.25", false],
    [`${name} >= 1`, undefined],
    [`${name} == "a \\"quoted\\" \\\\ name"`, false],
  ];
  for (const [condition, holds] of table) {
    it(`${holds === undefined ? "cannot say" : holds ? "hold" : "do not hold"}: ${condition}`, () => {
      expect(readCondition(condition)?.(flow)).to.equal(holds);
    });
  }

  for (const condition of [
    `Len(${name}) > 5`,
    'datapoint.attributes["state"] == "user"',
    `IsMatch(${name}, "(?i:a")`,
    "true true",
    "not",
    "(true",
    '"unclosed',
    "",
  ]) {
    it(`are not read: ${condition || "nothing"}`, () => {
      expect(readCondition(condition)).to.equal(undefined);
    });
  }
});

describe("statements of the OpenTelemetry Transformation Language", () => {
  it("are an editor, its arguments and when it is called", () => {
    const read = readStatement('copy_metric(name="a", unit="{b}") where metric.name == "process.cpu.time"');
    expect(read?.editor).to.equal("copy_metric");
    expect(read?.arguments).to.deep.equal([
      { name: "name", value: "a" },
      { name: "unit", value: "{b}" },
    ]);
    expect(read?.where(flow)).to.equal(true);
    expect(readStatement('keep_keys(resource.attributes, ["a", "b"])')?.arguments).to.deep.equal([
      { name: "", path: "resource.attributes" },
      { name: "", list: ["a", "b"] },
    ]);
    expect(readStatement("set(datapoint.time, Now())")?.arguments[1]).to.deep.equal({ name: "", value: unknownValue });
  });

  it("are not read where something follows, or is missing", () => {
    for (const text of ["set(a", "set(a, b) wherever", "set", 'set(a, "b") where', ""]) {
      expect(readStatement(text), text).to.equal(undefined);
    }
  });
});
