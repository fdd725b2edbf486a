import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadCatalog, readDocument } from "@phoenix/catalog";
import { expect } from "chai";
import { readModel } from "../testing/index.ts";
import { formatModel, parseModel } from "./index.ts";

const configurationsIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
const fixtures = configurationsIn(join(import.meta.dirname, "fixtures"));
/** What whoever runs this wants to try besides; fixtures/README.md says what was. */
const besides = process.env.PHOENIX_CONFIG_CORPUS;
const fixture = (name: string) => fixtures.find((each) => each.name === name)?.text ?? "";

/** What a text means, sections and lists with nothing in them apart. */
function meaning(text: string): unknown {
  const { value, problems } = readDocument(text);
  expect(problems).to.deep.equal([]);
  return withoutEmpty(value as Record<string, unknown>);
}

function withoutEmpty(root: Record<string, unknown>): unknown {
  const filled = (mapping: object): Record<string, unknown> =>
    Object.fromEntries(Object.entries(mapping).filter(([, value]) => Object.keys(value ?? {}).length > 0));
  const { service, ...sections } = root;
  const { extensions, pipelines, ...rest } = (service ?? {}) as Record<string, object | null>;
  const routes = Object.entries(pipelines ?? {}).map(([id, route]) => [id, filled(route ?? {})]);
  return {
    ...filled(sections),
    service: { ...rest, ...filled({ extensions }), pipelines: Object.fromEntries(routes) },
  };
}

/** The text of settings without the comments, for those who look for a spelling. */
const settingsOf = (text: string, id: string) => readModel(text).nodes.find((node) => node.id === id)?.settings;

describe("the model of a configuration", () => {
  for (const { name, text } of [...fixtures, ...(besides === undefined ? [] : configurationsIn(besides))]) {
    it(`means the same after reading and writing ${name}, and is the same when read again`, () => {
      const model = readModel(text);
      const written = formatModel(model);
      expect(meaning(written)).to.deep.equal(meaning(text));
      expect(readModel(written)).to.deep.equal(model);
      expect(formatModel(readModel(written))).to.equal(written);
    });
  }

  it("means the same after reading and writing every pipeline of the catalog", async () => {
    for (const { name, text } of await loadCatalog()) {
      const model = readModel(text);
      expect(model.pipelineFile, name).to.equal(true);
      const written = formatModel(model);
      expect(meaning(written), name).to.deep.equal(meaning(text));
      expect(formatModel(readModel(written)), name).to.equal(written);
    }
  });

  it("has nodes, edges and the rest, each in its place", () => {
    expect(readModel(fixture("span-metrics.yaml"))).to.deep.equal({
      nodes: [
        { kind: "receiver", id: "otlp", settings: "{protocols: {grpc: null, http: null}}\n", known: true },
        {
          kind: "connector",
          id: "spanmetrics",
          known: false,
          settings: [
            "histogram:",
            "  explicit:",
            "    buckets: [2ms, 8ms, 50ms, 100ms, 250ms, 1s, 5s]",
            "dimensions:",
            "  - name: http.route",
            "  - name: http.response.status_code",
            '    default: "0"',
            "exemplars: {enabled: true}",
            "metrics_flush_interval: 15s",
            "",
          ].join("\n"),
        },
        {
          kind: "connector",
          id: "servicegraph",
          known: false,
          settings: "store: {ttl: 2s, max_items: 1000}\nlatency_histogram_buckets: [1ms, 10ms, 100ms]\n",
        },
        {
          kind: "exporter",
          id: "otlp/traces",
          settings: "endpoint: traces.internal.example:4317\ntls: {insecure: false}\n",
          known: true,
        },
        { kind: "exporter", id: "prometheus", settings: "endpoint: 127.0.0.1:8889\nnamespace: traces\n", known: false },
      ],
      pipelines: [
        {
          id: "traces",
          receivers: ["otlp"],
          processors: [],
          exporters: ["otlp/traces", "spanmetrics", "servicegraph"],
        },
        { id: "metrics/spans", receivers: ["spanmetrics", "servicegraph"], processors: [], exporters: ["prometheus"] },
      ],
      extensions: [],
      serviceSettings: "",
      otherSettings: "",
      pipelineFile: false,
    });
  });

  it("tells no settings from empty ones, and keeps both", () => {
    const text = "processors: {batch: , filter: {}, a: ~, b: null, c: 'null'}\nservice: {}\n";
    expect(readModel(text).nodes.map(({ settings }) => settings)).to.deep.equal(["", "{}\n", "", "", "'null'\n"]);
    expect(formatModel(readModel(text))).to.equal(
      "processors:\n  batch:\n  filter: {}\n  a:\n  b:\n  c: 'null'\nservice: {}\n",
    );
  });

  it("keeps the spelling of every scalar", () => {
    const scalars = [
      "0123",
      '"0123"',
      "'0123'",
      "1e3",
      "0x1F",
      "0o17",
      "1_000",
      "yes",
      "off",
      "~",
      "1.50",
      "2026-01-31",
    ];
    const more = [
      "12345678901234567890",
      ".inf",
      "!!str 3",
      `\${env:TOKEN}`,
      "a # no",
      '"a # yes"',
      "12:30:00",
      "=",
      '""',
    ];
    for (const scalar of [...scalars, ...more]) {
      const settings = settingsOf(`processors:\n  p:\n    key: ${scalar}\nservice: {}\n`, "p");
      expect(settings).to.equal(`key: ${scalar.replace(" # no", "")}\n`);
    }
  });

  it("keeps texts of several lines", () => {
    const statements = settingsOf(fixture("statements.yaml"), "filter/health");
    expect(statements).to.contain('    - |\n      IsMatch(name, "^GET /(ready|live)$$")\n\n      and duration');
  });

  it("writes anchors and merge keys out, and says so", () => {
    const { model, findings } = parseModel(fixture("three-signals.yaml"));
    expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).to.deep.equal(["info anchors-written-out"]);
    const logs = model?.nodes.find((node) => node.id === "otlphttp/logs");
    expect(logs?.settings).to.equal(
      `{endpoint: https://otlp.example, headers: {api-key: "\${env:BACKEND_KEY}"}, retry_on_failure: {enabled: true, max_elapsed_time: 300s}, compression: none}\n`,
    );
    expect(model?.pipelines[1]).to.deep.equal({ ...model?.pipelines[0], id: "traces/copy" });
    expect(model?.serviceSettings).to.contain("build: 007");
  });

  it("reads what a pipeline file says besides its components as the rest", () => {
    const model = readModel(
      "name: mine\nvariables: {interval: {type: duration}}\nreceivers: {}\npipelines: {metrics: {}}\n",
    );
    expect(model).to.deep.equal({
      nodes: [],
      pipelines: [{ id: "metrics", receivers: [], processors: [], exporters: [] }],
      extensions: [],
      serviceSettings: "",
      otherSettings: "name: mine\nvariables: {interval: {type: duration}}\n",
      pipelineFile: true,
    });
  });

  const refused: [what: string, text: string, expected: string][] = [
    ["text that is not YAML", "a: [\n", "error yaml 1:4 "],
    ["a key twice", "receivers:\n  otlp: {}\n  otlp: {}\n", "error duplicate-key 3:3 "],
    ["two documents", "a: 1\n---\nb: 2\n", "error several-documents 2:1 "],
    ["a list", "- a\n", "error shape 1:1 "],
    ["nothing", "", "error shape 1:1 "],
    ["a section that is a list", "receivers: [otlp]\n", "error shape 1:12 receivers"],
    ["a route that is a text", "service: {pipelines: {metrics: all}}\n", "error shape 1:32 service.pipelines.metrics"],
    [
      "a receiver that is a mapping",
      "service:\n  pipelines:\n    metrics: {receivers: [{otlp: {}}]}\n",
      "error shape 3:27 service.pipelines.metrics.receivers",
    ],
    ["a component without a name", "receivers: {'': {}}\n", "error shape 1:13 receivers"],
    ["an alias of nothing", "receivers: {a: *b}\n", "error yaml 1:16 "],
    ["an anchor in itself", "receivers: {a: &a [*a]}\n", "error yaml 1:20 "],
    ["a merge of a text", "receivers: {a: {<<: b}}\n", "error yaml 1:21 "],
    [
      "anchors that grow beyond measure",
      `a: &a0 [x]\n${Array.from({ length: 30 }, (_each, i) => `b${i}: &a${i + 1} [*a${i}, *a${i}]\n`).join("")}`,
      "error yaml 1:8 ",
    ],
    [
      "very many components",
      `receivers: {${Array.from({ length: 501 }, (_each, i) => `a${i}: {}`)}}`,
      "error shape 1:1 ",
    ],
  ];
  for (const [what, text, expected] of refused) {
    it(`refuses ${what} and says where`, () => {
      const { model, findings } = parseModel(text);
      expect(
        findings.map(({ severity, rule, line, column, path }) => `${severity} ${rule} ${line}:${column} ${path}`),
      ).to.deep.equal([expected]);
      expect(model).to.equal(undefined);
    });
  }

  it("says what it leaves out of a service pipeline", () => {
    const { model, findings } = parseModel("service:\n  pipelines:\n    metrics: {receivers: [a], queue: 5}\n");
    expect(model?.pipelines).to.deep.equal([{ id: "metrics", receivers: ["a"], processors: [], exporters: [] }]);
    expect(findings).to.deep.equal([
      {
        severity: "warning",
        rule: "left-out",
        path: "service.pipelines.metrics.queue",
        line: 3,
        column: 38,
        message: "service.pipelines.metrics.queue is no part of a service pipeline and was left out.",
        suggestion: "",
      },
    ]);
  });
});
