import { readDocument } from "@phoenix/catalog";
import { expect } from "chai";
import fc from "fast-check";
import { readModel } from "../testing/index.ts";
import { formatModel, type ModelNode, type NodeKind, type PipelineModel } from "./index.ts";

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
    expect(readModel(text).nodes.map(({ id }) => id)).to.deep.equal(["null", "a: b", "<<", "12"]);
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
        const again = readModel(written);
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
