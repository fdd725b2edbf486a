import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadCatalog, readDocument } from "@phoenix/catalog";
import { expect } from "chai";
import fc from "fast-check";
import { formatModel, type ModelNode, type NodeKind, type PipelineModel, parseModel } from "./index.ts";

const configurationsIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
const fixtures = configurationsIn(join(import.meta.dirname, "fixtures"));
/** What whoever runs this wants to try besides; fixtures/README.md says what was. */
const besides = process.env.PHOENIX_CONFIG_CORPUS;
const fixture = (name: string) => fixtures.find((each) => each.name === name)?.text ?? "";

function read(text: string): PipelineModel {
  const { model, findings } = parseModel(text);
  if (!model) throw new Error(JSON.stringify(findings));
  return model;
}

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
const settingsOf = (text: string, id: string) => read(text).nodes.find((node) => node.id === id)?.settings;

describe("the model of a configuration", () => {
  for (const { name, text } of [...fixtures, ...(besides === undefined ? [] : configurationsIn(besides))]) {
    it(`means the same after reading and writing ${name}, and is the same when read again`, () => {
      const model = read(text);
      const written = formatModel(model);
      expect(meaning(written)).to.deep.equal(meaning(text));
      expect(read(written)).to.deep.equal(model);
      expect(formatModel(read(written))).to.equal(written);
    });
  }

  it("means the same after reading and writing every pipeline of the catalog", async () => {
    for (const { name, text } of await loadCatalog()) {
      const model = read(text);
      expect(model.pipelineFile, name).to.equal(true);
      const written = formatModel(model);
      expect(meaning(written), name).to.deep.equal(meaning(text));
      expect(formatModel(read(written)), name).to.equal(written);
    }
  });

  it("has nodes, edges and the rest, each in its place", () => {
    expect(read(fixture("span-metrics.yaml"))).to.deep.equal({
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
    expect(read(text).nodes.map(({ settings }) => settings)).to.deep.equal(["", "{}\n", "", "", "'null'\n"]);
    expect(formatModel(read(text))).to.equal(
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
    const model = read(
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

describe("writing a model", () => {
  const empty: PipelineModel = {
    nodes: [],
    pipelines: [],
    extensions: [],
    serviceSettings: "",
    otherSettings: "",
    pipelineFile: false,
  };
  const node = (id: string, settings: string): ModelNode => ({ kind: "receiver", id, settings, known: false });
  const route = (id: string) => ({ id, receivers: [], processors: [], exporters: [] });

  const wrong: [what: string, model: Partial<PipelineModel>, expected: RegExp][] = [
    ["settings that are not YAML", { nodes: [node("a", "[")] }, /because of receivers\.a: .* line 1, column 1/],
    ["settings of two documents", { nodes: [node("a", "x\n---\ny")] }, /receivers\.a/],
    ["a component twice", { nodes: [node("a", ""), node("a", "")] }, /receivers: a stands there twice/],
    ["a pipeline twice", { pipelines: [route("m"), route("m")] }, /pipelines: m stands there twice/],
    ["a section among the rest", { otherSettings: "receivers: {}" }, /other_settings: receivers has its own place/],
    ["pipelines among the service's", { serviceSettings: "pipelines: {}" }, /service_settings: pipelines has its own/],
    ["a text for a mapping", { serviceSettings: "x" }, /service_settings: It must be a mapping/],
    ["extensions of a pipeline file", { pipelineFile: true, extensions: ["a"] }, /A pipeline file has no/],
  ];
  for (const [what, model, expected] of wrong) {
    it(`refuses ${what}`, () => {
      expect(() => formatModel({ ...empty, ...model })).to.throw(expected);
    });
  }

  it("writes a configuration of nothing", () => {
    expect(formatModel(empty)).to.equal("service: {}\n");
    expect(formatModel({ ...empty, pipelineFile: true })).to.equal("pipelines: {}\n");
  });

  it("quotes names that would be read as something else", () => {
    const text = formatModel({ ...empty, nodes: [node("null", ""), node("a: b", ""), node("<<", ""), node("12", "")] });
    expect(read(text).nodes.map(({ id }) => id)).to.deep.equal(["null", "a: b", "<<", "12"]);
  });

  it("writes any model so that reading it back gives it again", () => {
    const kinds: NodeKind[] = ["receiver", "processor", "exporter", "connector", "extension"];
    const id = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
    const settings = fc.jsonValue({ maxDepth: 3 }).map((value) => (value === null ? "" : JSON.stringify(value)));
    const mapping = fc.dictionary(
      fc.string().map((key) => `x-${key}`),
      fc.jsonValue({ maxDepth: 2 }),
      { maxKeys: 3 },
    );
    const nodes = fc.uniqueArray(
      fc.record({ kind: fc.constantFrom(...kinds), id, settings, known: fc.constant(false) }),
      { maxLength: 8, selector: (each) => `${each.kind} ${each.id}` },
    );
    const names = fc.array(id, { maxLength: 4 });
    const routes = fc.uniqueArray(fc.record({ id, receivers: names, processors: names, exporters: names }), {
      maxLength: 4,
      selector: (each) => each.id,
    });
    const rest = mapping.map((value) => (Object.keys(value).length === 0 ? "" : JSON.stringify(value)));
    const model = fc.record({
      nodes,
      pipelines: routes,
      extensions: names,
      serviceSettings: rest,
      otherSettings: rest,
      pipelineFile: fc.constant(false),
    });
    fc.assert(
      fc.property(model, (given) => {
        const written = formatModel(given);
        const again = read(written);
        expect(formatModel(again)).to.equal(written);
        const order = [...new Set(given.nodes.map(({ kind }) => kind))];
        const sorted = order.flatMap((kind) => given.nodes.filter((each) => each.kind === kind));
        expect(again.nodes.map(({ kind, id: name }) => `${kind} ${name}`)).to.deep.equal(
          sorted.map(({ kind, id: name }) => `${kind} ${name}`),
        );
        expect(again.nodes.map((each) => contentOf(each.settings))).to.deep.equal(
          sorted.map((each) => contentOf(each.settings)),
        );
        expect(again.pipelines).to.deep.equal(given.pipelines);
        expect(again.extensions).to.deep.equal(given.extensions);
        expect(contentOf(again.serviceSettings)).to.deep.equal(contentOf(given.serviceSettings));
        expect(contentOf(again.otherSettings)).to.deep.equal(contentOf(given.otherSettings));
      }),
      { numRuns: 150 },
    );
  }).timeout(30_000);
});

function contentOf(settings: string): unknown {
  const { value, problems } = readDocument(settings);
  expect(problems).to.deep.equal([]);
  return value;
}
