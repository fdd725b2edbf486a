import { loadCatalog, type VariableDefinition } from "@phoenix/catalog";
import { reservedNames } from "@phoenix/validation";
import { expect } from "chai";
import { composeConfig, substitute } from "./index.ts";

const variable = (name: string, type: VariableDefinition["type"]): VariableDefinition => ({
  name,
  type,
  defaultValue: "",
  help: "",
  includesMustKeep: false,
});

describe("substituting variables", () => {
  const variables = [variable("names", "regex"), variable("count", "integer"), variable("on", "boolean")];
  const given = { variables, values: { names: 'a\\.b"c$', count: "5", on: "true" } };
  const reference = (name: string) => `\${var:${name}}`;

  it("gives a lone reference the type of its variable", () => {
    const settings = { count: reference("count"), on: [reference("on")], text: `x${reference("count")}` };
    expect(substitute(settings, given)).to.deep.equal({ count: 5, on: [true], text: "x5" });
  });

  it("escapes what stands in a literal of a statement, and nothing outside of one", () => {
    const statement = `IsMatch(name, "^${reference("names")}")`;
    expect(substitute(statement, given)).to.equal('IsMatch(name, "^a\\\\.b\\"c$$")');
    expect(substitute(`"x" ${reference("names")}`, given)).to.equal('"x" a\\.b"c$$');
    expect(substitute(`"\\"${reference("names")}"`, given)).to.equal('"\\"a\\\\.b\\"c$$"');
  });

  it("doubles dollars so that no value becomes a reference", () => {
    const values = { names: `\${env:HOME}`, count: "1", on: "true" };
    expect(substitute({ lone: reference("names") }, { variables, values })).to.deep.equal({ lone: `$\${env:HOME}` });
  });

  it("writes a reference of the collector as it is, alone or inside a text", () => {
    const references = new Map([["count", `\${env:COUNT:-5}`]]);
    const settings = { count: reference("count"), text: `at most ${reference("count")}` };
    expect(substitute(settings, { ...given, references })).to.deep.equal({
      count: `\${env:COUNT:-5}`,
      text: `at most \${env:COUNT:-5}`,
    });
  });

  it("leaves the collector's own references and the given settings as they are", () => {
    const settings = Object.freeze({ endpoint: `\${env:PHX_TAP_URL}`, nothing: null });
    expect(substitute(settings, given)).to.deep.equal(settings);
  });
});

describe("composing a configuration", () => {
  const compose = async (remoteWriteUrl?: string) => {
    const [definition] = (await loadCatalog()).filter((each) => each.name === "process-priority-filter-v1");
    if (!definition) throw new Error("the catalog has no priority filter");
    const values = Object.fromEntries(definition.variables.map((each) => [each.name, each.defaultValue]));
    return composeConfig(definition, { values, remoteWriteUrl });
  };

  it("exports a shadow to the tap alone", async () => {
    const config = await compose();
    expect(Object.keys(config.exporters)).to.deep.equal(["otlp_http/tap"]);
    for (const route of Object.values(config.service.pipelines))
      expect(route.exporters).to.deep.equal(["otlp_http/tap"]);
  });

  it("exports to the backend and the tap otherwise, under the names of experiment, variant and host", async () => {
    const config = await compose("http://127.0.0.1:9090/api/v1/write");
    for (const route of Object.values(config.service.pipelines)) {
      expect(route.exporters).to.deep.equal(["prometheus_remote_write", "otlp_http/tap"]);
    }
    expect(config.exporters.prometheus_remote_write).to.have.property("external_labels").that.deep.equals({
      experiment_id: `\${env:PHX_EXPERIMENT_ID:-none}`,
      variant: `\${env:PHX_VARIANT}`,
      host_id: `\${env:PHX_HOST_ID}`,
      pipeline: "process-priority-filter-v1",
    });
  });

  it("loses what the tap refuses rather than sending it late", async () => {
    expect((await compose()).exporters["otlp_http/tap"]).to.deep.include({ retry_on_failure: { enabled: false } });
  });

  it("limits memory first and adds identity and batching last", async () => {
    expect((await compose()).service.pipelines["metrics/process"]?.processors).to.deep.equal([
      "memory_limiter",
      "filter/never",
      "filter/low",
      "filter/high",
      "resource/identity",
      "batch",
    ]);
  });

  it("delays the first scrape of every receiver that scrapes", async () => {
    for (const receiver of Object.values((await compose()).receivers)) {
      expect(receiver).to.have.property("initial_delay", `\${env:PHX_INITIAL_DELAY:-1s}`);
    }
  });

  it("scrapes at the pipeline's own interval unless the agent gives another", async () => {
    for (const receiver of Object.values((await compose()).receivers)) {
      expect(receiver).to.have.property("collection_interval", `\${env:PHX_INTERVAL:-15s}`);
    }
  });

  it("reserves the names of what it adds", async () => {
    const config = await compose("http://127.0.0.1:9090/api/v1/write");
    expect(Object.keys(config.processors)).to.include.members([...reservedNames.processors]);
    expect(Object.keys(config.exporters)).to.have.members([...reservedNames.exporters]);
  });
});
