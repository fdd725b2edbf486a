import { loadCatalog } from "@phoenix/catalog";
import { expect } from "chai";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { renderPipeline } from "../render/index.ts";
import { compareDocuments, createSecretNames, describeDifference, hideSecrets } from "./index.ts";

const differences = (left: string, right: string) => compareDocuments(parse(left), parse(right));
const words = (left: string, right: string) => differences(left, right).map(describeDifference);

const config = `
receivers:
  host_metrics/process:
    collection_interval: 15s
    scrapers:
      process:
        metrics:
          process.threads: { enabled: true }
        resource_attributes:
          process.owner: { enabled: false }
processors:
  filter/low: { metric_conditions: [a, b] }
  batch:
exporters:
  otlp_http: { endpoint: http://127.0.0.1:4318, timeout: 5s }
service:
  extensions: [health_check, zpages]
  pipelines:
    metrics: { receivers: [host_metrics/process, otlp], processors: [filter/low, transform/x, batch], exporters: [otlp_http] }
`;

describe("comparing pipelines", () => {
  it("sees no difference in order of keys, comments, quotes, spelling of durations, and settings left out", () => {
    const same = `
# another hand wrote this
exporters: { "otlp_http": { timeout: 5000ms, endpoint: 'http://127.0.0.1:4318' } }
service:
  pipelines:
    metrics: { exporters: [otlp_http], receivers: [otlp, host_metrics/process], processors: [filter/low, transform/x, batch] }
  extensions: [zpages, health_check]
processors: { batch: {}, filter/low: { metric_conditions: [b, "a"] } }
receivers:
  host_metrics/process:
    scrapers: { process: { resource_attributes: { process.owner: { enabled: false } }, metrics: { process.threads: { enabled: true } } } }
    collection_interval: 0.25m # a quarter
extensions: {}
`;
    expect(differences(config, same)).to.deep.equal([]);
    expect(differences(same, config)).to.deep.equal([]);
  });

  it("tells what a text that looks like a number or a duration is where it is neither", () => {
    expect(differences("a: { port: '80' }", "a: { port: 80 }")).to.have.length(1);
    expect(differences("a: { color: 60s }", "a: { color: 1m }")).to.have.length(1);
    expect(differences("a: { keep: [] }", "a: {}")).to.have.length(1);
  });

  const cases: [title: string, change: [from: string, to: string], sentences: string[]][] = [
    ["an interval", ["15s", "1m"], ["host_metrics/process scrapes every 1 min instead of every 15 s"]],
    [
      "an interval that a reference gives by default",
      ["15s", `"\${env:PHX_INTERVAL:-30s}"`],
      ["host_metrics/process scrapes every 30 s instead of every 15 s"],
    ],
    [
      "a metric that is switched off",
      ["threads: { enabled: true }", "threads: { enabled: false }"],
      ["host_metrics/process no longer reports process.threads"],
    ],
    [
      "a metric that is added",
      ["threads: { enabled: true }", "threads: { enabled: true }\n          process.x: { enabled: true }"],
      ["host_metrics/process reports process.x"],
    ],
    [
      "an attribute",
      ["owner: { enabled: false }", "owner: { enabled: true }"],
      ["host_metrics/process reports the attribute process.owner"],
    ],
    ["a scraper", ["scrapers:", "scrapers:\n      cpu:"], ["host_metrics/process also scrapes cpu"]],
    [
      "a processor in its place",
      ["[filter/low, transform/x", "[filter/critical, filter/low, transform/x"],
      ["processor filter/critical added before filter/low in pipeline metrics"],
    ],
    [
      "processors that change places, once",
      ["[filter/low, transform/x", "[transform/x, filter/low"],
      ["processor filter/low moved before batch in pipeline metrics"],
    ],
    ["a processor that goes", ["transform/x, batch", "transform/x"], ["processor batch removed from pipeline metrics"]],
    ["a receiver of a pipeline", ["process, otlp", "process"], ["receiver otlp removed from pipeline metrics"]],
    ["an extension", ["health_check, zpages", "zpages"], ["extension health_check no longer starts"]],
    ["a component", ["  batch:\n", ""], ["processor batch removed"]],
    ["a condition", ["[a, b]", "[a, b, c]"], ["processor filter/low: metric_conditions[2] is set to c"]],
    [
      "where data goes",
      ["http://127.0.0.1:4318", "https://otel.example"],
      ["otlp_http sends to https://otel.example instead of http://127.0.0.1:4318"],
    ],
    ["any other setting", ["timeout: 5s", "timeout: 10s"], ["exporter otlp_http: timeout is 10s instead of 5s"]],
    ["a setting that goes", [", timeout: 5s", ""], ["exporter otlp_http: timeout is no longer set; it was 5s"]],
  ];
  for (const [title, [from, to], sentences] of cases) {
    it(`says ${title}`, () => {
      expect(config).to.contain(from);
      expect(
        words(
          config,
          config.replace(from, () => to),
        ),
      ).to.deep.equal(sentences);
    });
  }

  it("says what a pipeline file changes in its own words", () => {
    const file =
      "{title: A, variables: {interval: {type: duration, default: 15s, help: H}}, pipelines: {metrics: {receivers: [x]}}}";
    const other = file
      .replace("15s", "30s")
      .replace("title: A", "title: B")
      .replace("[x]}", "[x], processors: [filter]}");
    expect(words(file, other)).to.deep.equal([
      "title is B instead of A",
      "variable interval is 30s by default instead of 15s",
      "processor filter added at the end in pipeline metrics",
    ]);
    expect(words(file, file.replace("15s", "0.25m"))).to.deep.equal([]);
  });

  it("tells a statement that changed among others as one that changed", () => {
    const statements = (...list: string[]) => `processors: { transform: { s: [{ statements: [${list.join()}] }] } }`;
    const [found, ...more] = differences(statements("p", "q", "r"), statements("n", "p", "x", "r"));
    expect(found).to.deep.include({ left: undefined, right: "n" });
    expect(more).to.deep.equal([{ path: ["processors", "transform", "s", 0, "statements", 2], left: "q", right: "x" }]);
  });

  it("finds nothing between a configuration and itself written anew, and the same places from both sides", async () => {
    for (const definition of await loadCatalog()) {
      const { text } = renderPipeline(definition, {
        variables: {},
        mustKeep: [],
        remoteWriteUrl: "http://127.0.0.1/w",
      });
      expect(differences(text, stringify(parse(text), { sortMapEntries: true }))).to.deep.equal([]);
    }
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, true, 1, "a", "60s", "1m", ""),
        fc.array(tie("node"), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom("interval", "processors", "pipelines", "service", "x"), tie("node")),
      ),
    })).node;
    fc.assert(
      fc.property(value, value, (left, right) => {
        expect(compareDocuments(left, left)).to.deep.equal([]);
        const there = compareDocuments(left, right);
        expect(there.length === 0).to.equal(compareDocuments(right, left).length === 0);
        for (const difference of there) expect(describeDifference(difference)).to.match(/\S/);
      }),
      { numRuns: 300 },
    );
  });

  it("hides secrets and still tells whether one changed", () => {
    const nameOf = createSecretNames();
    const hide = (password: string) =>
      hideSecrets({ a: [{ password, user: "u" }] }, new Set(["a[0].password"]), nameOf);
    expect(hide("one")).to.deep.equal({ a: [{ password: "(secret)", user: "u" }] });
    expect(hide("two")).to.deep.equal({ a: [{ password: "(secret 2)", user: "u" }] });
    expect(hide("one")).to.deep.equal({ a: [{ password: "(secret)", user: "u" }] });
  });
});
