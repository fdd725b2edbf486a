import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readDocument } from "@phoenix/catalog";
import { findTestCollector } from "@phoenix/collector/testing";
import { expect } from "chai";
import { stringify } from "yaml";
import { checkConfig, checkPipelineFile, unknownComponents } from "./index.ts";
import { askCollector } from "./judgement/index.ts";
import { rules } from "./rules/index.ts";
import { isMapping } from "./subject.ts";

/** Names that findings have besides those of rules: of the text, and of the collector. */
const layers = ["yaml", "duplicate-key", "tab-indent", "several-documents", "schema", "default-value", "shape"];
const asked = ["unknown-component", "collector"];
const components = {
  receivers: ["host_metrics", "otlp"],
  processors: ["batch", "filter", "groupbyattrs", "memory_limiter", "resource", "transform"],
  exporters: ["debug", "file", "nop", "otlp_grpc", "otlp_http", "prometheus_remote_write"],
  connectors: ["forward"],
  extensions: ["health_check"],
};

const page = readFileSync(join(import.meta.dirname, "../docs/validation.md"), "utf8");
const blocks = (text: string) => [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");
const [preface = "", ...sections] = page.split(/^### /m);
const [baseConfig = "", basePipeline = ""] = blocks(preface);
const examples = sections.map((section) => {
  const name = section.slice(0, section.indexOf("\n"));
  const severity = /^\*(.*)\.\*/m.exec(section)?.[1]?.toLowerCase() ?? "";
  const [bad = "", good = ""] = blocks(section);
  return { name, severity, bad, good };
});

/** Lays an example over its base; one that is not YAML stands alone. */
function whole(example: string): { text: string; isFile: boolean } {
  const isFile = example.startsWith("# in a pipeline file");
  const { value, problems } = readDocument(example);
  const base = readDocument(isFile ? basePipeline : baseConfig).value;
  return { text: problems.length > 0 ? example : stringify(overlay(base, value), { lineWidth: 0 }), isFile };
}

function overlay(below: unknown, above: unknown): unknown {
  if (!isMapping(below) || !isMapping(above)) return above;
  const merged = Object.entries(above).map(([key, value]) => [key, overlay(below[key], value)] as const);
  return { ...below, ...Object.fromEntries(merged) };
}

function findingsOf(example: string) {
  const { text, isFile } = whole(example);
  const { findings, document } = isFile ? checkPipelineFile(text) : checkConfig(text);
  return [...findings, ...unknownComponents(document, components)];
}

describe("the page about the rules", () => {
  it("describes every rule, and nothing that is none", () => {
    const names = examples.map(({ name }) => name);
    expect(names).to.have.members([...layers, ...Object.keys(rules), ...asked]);
    for (const { name, bad, good } of examples) expect([bad, good], name).not.to.include("");
  });

  it("begins with a configuration and a pipeline file in which nothing is found", () => {
    expect(findingsOf("{}")).to.deep.equal([]);
    expect(findingsOf("# in a pipeline file\n{}")).to.deep.equal([]);
  });

  for (const { name, severity, bad, good } of examples.filter((each) => each.name !== "collector")) {
    it(`shows what ${name} finds and what it does not`, () => {
      const found = findingsOf(bad).filter((finding) => finding.rule === name);
      expect(found, JSON.stringify(findingsOf(bad))).not.to.deep.equal([]);
      for (const finding of found) expect(severity.split(" or ")).to.include(finding.severity);
      expect(findingsOf(good)).to.deep.equal([]);
    });
  }

  it("shows what the collector refuses and what it takes", async () => {
    const collector = await findTestCollector();
    const judge = async (example: string) => {
      const { text } = whole(example);
      return (await askCollector(collector, text, readDocument(text))).map(({ rule }) => rule);
    };
    const own = examples.find(({ name }) => name === "collector");
    expect(await judge(own?.bad ?? "")).to.deep.equal(["collector"]);
    expect(await judge(own?.good ?? "")).to.deep.equal([]);
    const unknown = examples.find(({ name }) => name === "unknown-component");
    expect(await judge(unknown?.bad ?? "")).to.deep.equal(["unknown-component"]);
  }).timeout(600_000);
});
