import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { loadCatalog, readDocument, readPipelineDefinition } from "./index.ts";

const minimal = `name: mine
title: Mine
strategy: Reports.
keeps: All.
drops: Nothing.
variables:
  interval: {type: duration, default: 15s, help: Time between two scrapes.}
receivers:
  host_metrics: {collection_interval: "\${var:interval}", scrapers: {cpu: {}}}
pipelines:
  metrics: {receivers: [host_metrics]}
`;

describe("the catalog", () => {
  it("holds the pipelines that ship with Phoenix", async () => {
    const names = (await loadCatalog()).map((pipeline) => pipeline.name);
    expect(names).to.deep.equal([
      "process-adaptive-filter-v1",
      "process-aggregated-v1",
      "process-baseline-v1",
      "process-priority-filter-v1",
      "process-topk-v1",
    ]);
  });

  it("measures the host in the same way in all of them", async () => {
    const [first, ...others] = (await loadCatalog()).map((pipeline) => pipeline.receivers["host_metrics/system"]);
    expect(first).to.have.property("scrapers");
    for (const other of others) expect(other).to.deep.equal(first);
  });

  it("never collects command lines", async () => {
    for (const { name, receivers } of await loadCatalog()) {
      const scrapers = receivers["host_metrics/process"]?.scrapers as { process: { resource_attributes: object } };
      expect(scrapers.process.resource_attributes, name).to.deep.include({
        "process.command_line": { enabled: false },
        "process.command": { enabled: false },
      });
    }
  });

  it("tells what it keeps, what it drops and what each variable does", async () => {
    for (const pipeline of await loadCatalog()) {
      expect(
        [pipeline.title, pipeline.strategy, pipeline.keeps, pipeline.drops].every((text) => text.length > 10),
        pipeline.name,
      ).to.equal(true);
      expect(
        pipeline.variables.every((variable) => variable.help.endsWith(".")),
        pipeline.name,
      ).to.equal(true);
    }
  });

  it("names the file, the line and the column of what is wrong in it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "phoenix-catalog-"));
    try {
      await mkdir(join(folder, "mine"));
      await writeFile(join(folder, "mine", "pipeline.yaml"), minimal.replace("keeps: All.\n", ""));
      const error = await loadCatalog(folder).catch((caught: Error) => caught);
      expect(error).to.have.property(
        "message",
        `${join(folder, "mine", "pipeline.yaml")}:1:1: keeps: keeps must be a text of at most 500 characters`,
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("reading a pipeline file", () => {
  const problemsOf = (text: string) =>
    readPipelineDefinition(text).problems.map(
      ({ line, column, path, message }) => `${line}:${column} ${path} ${message}`,
    );

  it("gives the definition of a good one", () => {
    const { definition, problems } = readPipelineDefinition(minimal);
    expect(problems).to.deep.equal([]);
    expect(definition).to.deep.include({
      name: "mine",
      processors: {},
      routes: { metrics: { receivers: ["host_metrics"], processors: [] } },
    });
    expect(definition?.variables).to.deep.equal([
      {
        name: "interval",
        type: "duration",
        defaultValue: "15s",
        help: "Time between two scrapes.",
        includesMustKeep: false,
      },
    ]);
  });

  const wrong: [what: string, change: (text: string) => string, expected: RegExp][] = [
    ["text that is not YAML", (text) => text.replace("{receivers: [", "{receivers: "), /^11:\d+ /],
    ["a list", () => "- a\n", /^1:1 {2}A pipeline file is a mapping/],
    ["nothing", () => "", /^1:1 {2}A pipeline file is a mapping/],
    [
      "an unknown key",
      (text) => `${text}exporters: {}\n`,
      /^12:1 exporters has no meaning here; known keys: name, title/,
    ],
    ["a key twice", (text) => `${text}name: again\n`, /^12:1 {2}Map keys must be unique/],
    ["a bad name", (text) => text.replace("name: mine", "name: My pipeline"), /^1:1 name must be lower-case/],
    [
      "a variable without a type",
      (text) => text.replace("type: duration, ", ""),
      /^7:3 variables.interval.type the type of interval must be one of string, integer/,
    ],
    [
      "no interval",
      (text) => text.replace("interval: {", "period: {"),
      /^6:1 variables variables must declare interval/,
    ],
    [
      "a variable that is not declared",
      (text) => text.replace("var:interval", "var:intervall"),
      /^9:18 receivers.host_metrics.collection_interval refers to a variable "intervall" that is not declared; declared: interval/,
    ],
    [
      "a range on a regex",
      (text) => text.replace("receivers:\n", "  x: {type: regex, default: a, minimum: 1, help: H.}\nreceivers:\n"),
      /^8:3 variables.x a regex has no minimum/,
    ],
    [
      "must-keep in a number",
      (text) =>
        text.replace(
          "receivers:\n",
          "  x: {type: number, default: 1, includes_must_keep: true, help: H.}\nreceivers:\n",
        ),
      /^8:\d+ variables.x.includes_must_keep only a regex/,
    ],
    [
      "a pipeline of traces",
      (text) => text.replace("metrics: {rec", "traces: {rec"),
      /^11:3 pipelines.traces traces is not a pipeline of metrics/,
    ],
    [
      "a pipeline without receivers",
      (text) => text.replace("[host_metrics]", "[]"),
      /^11:3 pipelines.metrics metrics has no receivers/,
    ],
    [
      "settings that are a list",
      (text) => text.replace("pipelines:", "processors: {batch: [1]}\npipelines:"),
      /^10:14 processors.batch the settings of batch must be a mapping/,
    ],
    ["too many aliases", () => `a: &a [x]\nb: [${"*a, ".repeat(101)}]\n`, /Excessive alias count/],
  ];
  for (const [what, change, expected] of wrong) {
    it(`says where it holds ${what}`, () => {
      const text = change(minimal);
      expect(text).not.to.equal(minimal);
      expect(problemsOf(text).join("\n")).to.match(new RegExp(expected.source, "m"));
      expect(readPipelineDefinition(text).definition).to.equal(undefined);
    });
  }

  it("reads merge keys as the collector does", () => {
    const { value } = readDocument("a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}\n");
    expect(value).to.have.property("b").that.deep.equals({ x: 3, y: 2 });
  });

  it("takes a text of very many keys or very deep nesting without going out of its way", () => {
    const keys = Array.from({ length: 10_000 }, (_each, index) => `k${index}: 1\n`).join("");
    expect(readDocument(`${keys}k1: 2\n`).problems).to.deep.include({
      kind: "duplicate-key",
      line: 10_001,
      column: 1,
      message: "Map keys must be unique",
    });
    expect(readDocument("[".repeat(5_000)).problems).not.to.be.empty;
  }).timeout(20_000);

  it("locates the nearest thing above a path that does not exist", () => {
    const document = readDocument("a:\n  b: [1, {c: 2}]\n");
    expect(document.locate(["a", "b", 1, "c"])).to.deep.equal({ line: 2, column: 11 });
    expect(document.locate(["a", "nothing", "here"])).to.deep.equal({ line: 1, column: 1 });
  });
});
