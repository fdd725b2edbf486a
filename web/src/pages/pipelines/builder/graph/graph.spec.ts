import { create } from "@bufbuild/protobuf";
import { PipelineModelSchema } from "@phoenix/gen/phoenix/pipelines/v1/model_pb.ts";
import { expect } from "chai";
import fc from "fast-check";
import { canvasOf } from "./canvas.ts";
import { connect } from "./connect.ts";
import { findingsByNode } from "./findings-by-node.ts";
import {
  type Component,
  type ComponentKind,
  emptyModel,
  type GraphModel,
  type Route,
  readModel,
  writeModel,
} from "./graph-model.ts";
import { createGraphStore } from "./graph-store.ts";
import { signals } from "./ids.ts";
import { boxSize, layOut } from "./layout.ts";

const component = (kind: ComponentKind, id: string, settings = ""): Component => ({ kind, id, settings, known: true });
const route = (id: string, lists: Partial<Omit<Route, "id">> = {}): Route => ({
  ...{ receivers: [], processors: [], exporters: [] },
  ...lists,
  id,
});

/** Two routes that share a receiver, a processor and an exporter, and a connector from one to the other. */
const shared: GraphModel = {
  ...emptyModel,
  components: [
    component("receiver", "otlp"),
    component("processor", "batch", "timeout: 1s\n"),
    component("processor", "filter/small"),
    component("processor", "filter/unused"),
    component("exporter", "debug"),
    component("connector", "count"),
    component("extension", "health_check"),
  ],
  routes: [
    route("traces", { receivers: ["otlp"], processors: ["filter/small", "batch"], exporters: ["debug", "count"] }),
    route("metrics", { receivers: ["otlp", "count"], processors: ["batch"], exporters: ["debug"] }),
  ],
  extensions: ["health_check"],
};
const anySignal = () => signals;
const metricsOnly = () => ["metrics"] as const;

function joined(model: GraphModel, from: string, to: string): GraphModel {
  const done = connect(model, from, to, anySignal);
  if ("refused" in done) throw new Error(done.refused);
  return done.model;
}
const refusal = (
  model: GraphModel,
  from: string,
  to: string,
  signalsOf: () => readonly (typeof signals)[number][] = anySignal,
) => {
  const done = connect(model, from, to, signalsOf);
  return "refused" in done ? done.refused : undefined;
};

describe("the service's model and the builder's", () => {
  it("is the same after reading and writing, whatever it holds", () => {
    const id = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
    const names = fc.array(id, { maxLength: 4 });
    const models = fc.record({
      nodes: fc.array(
        fc.record({ kind: fc.integer({ min: 1, max: 5 }), id, settings: fc.string(), known: fc.boolean() }),
      ),
      pipelines: fc.array(fc.record({ id, receivers: names, processors: names, exporters: names })),
      extensions: names,
      serviceSettings: fc.string(),
      otherSettings: fc.string(),
      pipelineFile: fc.boolean(),
    });
    fc.assert(
      fc.property(models, (values) => {
        const message = create(PipelineModelSchema, values as Parameters<typeof create<typeof PipelineModelSchema>>[1]);
        expect(create(PipelineModelSchema, writeModel(readModel(message)))).to.deep.equal(message);
      }),
      { numRuns: 200 },
    );
  });

  it("says so when there is a kind of node it does not know", () => {
    const message = create(PipelineModelSchema, { nodes: [{ kind: 9 as never, id: "x" }] });
    expect(() => readModel(message)).to.throw(/x is of a kind \(9\)/);
  });
});

describe("the canvas of a model", () => {
  it("has one box for what a collector runs once, and one for each place of a processor", () => {
    expect(canvasOf(shared).nodes.map(({ key }) => key)).to.deep.equal([
      ...["receiver:otlp", "processor:filter/unused", "exporter:debug", "connector:count", "extension:health_check"],
      ...["route:traces", "processor:filter/small@traces", "processor:batch@traces"],
      ...["route:metrics", "processor:batch@metrics"],
    ]);
  });

  it("goes from the receivers through the processors in order to the exporters", () => {
    expect(canvasOf(shared).edges.map(({ key }) => key)).to.deep.equal([
      "traces|receiver:otlp|route:traces",
      "traces|route:traces|processor:filter/small@traces",
      "traces|processor:filter/small@traces|processor:batch@traces",
      "traces|processor:batch@traces|exporter:debug",
      "traces|processor:batch@traces|connector:count",
      "metrics|receiver:otlp|route:metrics",
      "metrics|connector:count|route:metrics",
      "metrics|route:metrics|processor:batch@metrics",
      "metrics|processor:batch@metrics|exporter:debug",
    ]);
  });

  it("shows what a route names and nobody defined, and what stands there twice", () => {
    const model = {
      ...emptyModel,
      routes: [route("metrics", { receivers: ["gone"], processors: ["batch", "batch"] })],
    };
    const { nodes, edges } = canvasOf(model);
    expect(nodes.map(({ key }) => key)).to.deep.equal([
      "route:metrics",
      "receiver:gone",
      "processor:batch@metrics",
      "processor:batch@metrics#2",
    ]);
    expect(nodes[1]).to.include({ component: undefined });
    expect(edges).to.have.length(3);
  });

  it("tells used components from those that nothing names", () => {
    const unused = canvasOf(shared).nodes.filter((node) => node.type === "component" && !node.used);
    expect(unused.map(({ key }) => key)).to.deep.equal(["processor:filter/unused"]);
  });
});

describe("drawing a line", () => {
  const free: GraphModel = {
    ...emptyModel,
    components: [
      component("receiver", "host_metrics"),
      component("processor", "filter"),
      component("processor", "batch"),
      component("exporter", "debug"),
      component("connector", "forward"),
    ],
  };

  it("begins a pipeline where there was none", () => {
    const model = joined(free, "receiver:host_metrics", "processor:filter");
    expect(model.routes).to.deep.equal([route("metrics", { receivers: ["host_metrics"], processors: ["filter"] })]);
    const sent = joined(model, "processor:filter@metrics", "exporter:debug");
    expect(sent.routes).to.deep.equal([
      route("metrics", { receivers: ["host_metrics"], processors: ["filter"], exporters: ["debug"] }),
    ]);
  });

  it("goes on with the only pipeline of a receiver while that has no processors", () => {
    const model = joined(
      { ...free, routes: [route("metrics", { receivers: ["host_metrics"] })] },
      "receiver:host_metrics",
      "exporter:debug",
    );
    expect(model.routes).to.deep.equal([route("metrics", { receivers: ["host_metrics"], exporters: ["debug"] })]);
  });

  it("puts a processor behind the one the line comes from", () => {
    const model = { ...free, routes: [route("metrics", { processors: ["batch"] })] };
    expect(joined(model, "route:metrics", "processor:filter").routes[0]?.processors).to.deep.equal(["filter", "batch"]);
    expect(joined(model, "processor:batch@metrics", "processor:filter").routes[0]?.processors).to.deep.equal([
      "batch",
      "filter",
    ]);
    expect(joined(model, "processor:filter", "processor:batch@metrics").routes[0]?.processors).to.deep.equal([
      "filter",
      "batch",
    ]);
  });

  it("moves a processor that is in the pipeline already", () => {
    const model = { ...free, routes: [route("metrics", { processors: ["filter", "batch"] })] };
    expect(joined(model, "processor:batch@metrics", "processor:filter@metrics").routes[0]?.processors).to.deep.equal([
      "batch",
      "filter",
    ]);
    expect(joined(model, "route:metrics", "processor:batch@metrics").routes[0]?.processors).to.deep.equal([
      "batch",
      "filter",
    ]);
  });

  const two: GraphModel = {
    ...free,
    routes: [
      route("metrics", { receivers: ["host_metrics"], processors: ["filter"], exporters: ["forward"] }),
      route("metrics/2", { receivers: ["forward"], processors: ["batch"], exporters: ["debug"] }),
    ],
  };
  const cannot: [what: string, from: string, to: string, expected: RegExp][] = [
    ["into a receiver", "processor:filter@metrics", "receiver:host_metrics", /nothing goes into it/],
    ["out of an exporter", "exporter:debug", "processor:filter@metrics", /data leaves there/],
    ["between two pipelines", "processor:filter@metrics", "processor:batch@metrics/2", /two pipelines/],
    [
      "from a processor to where a pipeline begins",
      "processor:batch@metrics/2",
      "route:metrics",
      /receivers and connectors/,
    ],
    ["in a circle through a connector", "processor:batch@metrics/2", "connector:forward", /round for ever/],
    ["from a box to itself", "route:metrics", "route:metrics", /two ends/],
    ["from what is gone", "receiver:gone", "route:metrics", /gone/],
  ];
  for (const [what, from, to, expected] of cannot) {
    it(`is refused ${what}, with the reason`, () => expect(refusal(two, from, to)).to.match(expected));
  }

  it("is refused for data that a component has nothing to do with", () => {
    const model = { ...free, routes: [route("logs", {})] };
    expect(refusal(model, "receiver:host_metrics", "route:logs", metricsOnly)).to.match(
      /host_metrics has nothing to do with logs/,
    );
    expect(refusal(model, "receiver:host_metrics", "route:logs")).to.equal(undefined);
  });
});

describe("what a finding concerns", () => {
  const of = (path: string) => [...findingsByNode(canvasOf(shared), shared.extensions, [{ path }]).keys()];
  const cases: [path: string, keys: string[]][] = [
    ["receivers.otlp.protocols.grpc", ["receiver:otlp"]],
    ["processors.batch.timeout", ["processor:batch@traces", "processor:batch@metrics"]],
    ["processors.filter/small.metric_conditions[0]", ["processor:filter/small@traces"]],
    ["processors.filter/unused", ["processor:filter/unused"]],
    ["service.pipelines.traces.processors[1]", ["processor:batch@traces"]],
    ["pipelines.metrics.receivers[1]", ["connector:count"]],
    ["service.pipelines.traces.exporters[0]", ["exporter:debug"]],
    ["service.pipelines.traces.exporters", ["route:traces"]],
    ["service.pipelines.traces", ["route:traces"]],
    ["service.extensions[0]", ["extension:health_check"]],
    ["extensions.health_check.endpoint", ["extension:health_check"]],
    ["service.telemetry", [""]],
    ["variables.interval", [""]],
    ["", [""]],
  ];
  for (const [path, keys] of cases) {
    it(`${path || "no path"} concerns ${keys.join(" and ") || "nothing"}`, () => expect(of(path)).to.deep.equal(keys));
  }

  it("takes the longest name that fits", () => {
    const model = { ...emptyModel, components: [component("processor", "a"), component("processor", "a.b")] };
    const found = findingsByNode(canvasOf(model), [], [{ path: "processors.a.b.c" }]);
    expect([...found.keys()]).to.deep.equal(["processor:a.b"]);
  });
});

describe("the state of a builder", () => {
  const started = (model: GraphModel = shared) => {
    const store = createGraphStore();
    store.getState().replace(model);
    store.temporal.getState().clear();
    return store;
  };

  it("undoes and does again, a drag in one step, and choosing in none", () => {
    const store = started();
    const before = store.getState();
    before.move({ "receiver:otlp": { x: 400, y: 40 } });
    store.getState().choose(["receiver:otlp"]);
    store.getState().removeChosen();
    expect(store.getState().model.components.map(({ id }) => id)).to.not.include("otlp");
    expect(store.getState().model.routes.map(({ receivers }) => receivers)).to.deep.equal([[], ["count"]]);
    store.temporal.getState().undo();
    expect(store.getState().model).to.deep.equal(shared);
    expect(store.getState().positions["receiver:otlp"]).to.deep.equal({ x: 400, y: 40 });
    store.temporal.getState().undo();
    expect(store.getState().positions).to.deep.equal(before.positions);
    store.temporal.getState().redo();
    expect(store.getState().positions["receiver:otlp"]).to.deep.equal({ x: 400, y: 40 });
    expect(store.temporal.getState().futureStates).to.have.length(1);
  });

  it("gives every box a place of its own and forgets the places of those that are gone", () => {
    const store = started();
    const places = Object.values(store.getState().positions);
    expect(new Set(places.map(({ x, y }) => `${x} ${y}`)).size).to.equal(canvasOf(shared).nodes.length);
    store.getState().replace(emptyModel);
    expect(store.getState().positions).to.deep.equal({});
  });

  it("leaves a processor where it stands, and chosen, when a line brings it into a pipeline", () => {
    const store = started({
      ...emptyModel,
      components: [component("receiver", "otlp"), component("processor", "batch")],
    });
    const { x, y } = store.getState().positions["processor:batch"]!;
    store.getState().choose(["processor:batch"]);
    expect(store.getState().join("receiver:otlp", "processor:batch", anySignal)).to.equal(true);
    expect(store.getState().positions["processor:batch@metrics"]).to.deep.equal({ x, y });
    expect(store.getState().chosen).to.deep.equal(["processor:batch@metrics"]);
  });

  it("says why a line cannot be drawn and changes nothing", () => {
    const store = started();
    expect(store.getState().join("exporter:debug", "route:traces", anySignal)).to.equal(false);
    expect(store.getState().said).to.match(/data leaves there/);
    expect(store.getState().model).to.equal(shared);
    expect(store.temporal.getState().pastStates).to.have.length(0);
  });

  it("takes a processor out of one pipeline, and altogether out of the last", () => {
    const store = started();
    const remove = (key: string) => {
      store.getState().choose([key]);
      store.getState().removeChosen();
    };
    remove("processor:batch@traces");
    expect(store.getState().model.routes[0]?.processors).to.deep.equal(["filter/small"]);
    expect(store.getState().model.components.map(({ id }) => id)).to.include("batch");
    remove("processor:batch@metrics");
    expect(store.getState().model.components.map(({ id }) => id)).to.not.include("batch");
  });

  it("removes lines and boxes together as they were chosen", () => {
    const store = started();
    store
      .getState()
      .choose(["traces|processor:batch@traces|exporter:debug", "processor:filter/small@traces", "route:metrics"]);
    store.getState().removeChosen();
    expect(store.getState().model.routes).to.deep.equal([
      route("traces", { receivers: ["otlp"], processors: ["batch"], exporters: ["count"] }),
    ]);
  });

  it("copies and pastes a pipeline with its components under names of their own", () => {
    const store = started();
    store
      .getState()
      .choose(["route:traces", "receiver:otlp", "processor:filter/small@traces", "processor:batch@traces"]);
    store.getState().pasteFragment(store.getState().copyChosen());
    const { model, chosen } = store.getState();
    expect(model.routes.at(-1)).to.deep.equal(
      route("traces/2", { receivers: ["otlp/2"], processors: ["filter/small_2", "batch/2"] }),
    );
    expect(model.components.find(({ id }) => id === "batch/2")?.settings).to.equal("timeout: 1s\n");
    expect(chosen).to.have.members([
      "route:traces/2",
      "processor:filter/small_2@traces/2",
      "processor:batch/2@traces/2",
      "receiver:otlp/2",
    ]);
    expect(model.routes.slice(0, 2)).to.deep.equal(shared.routes);
  });

  it("renames a component wherever it is named, and its boxes stay where they are and chosen", () => {
    const store = started();
    store.getState().choose(["processor:batch@metrics"]);
    const at = store.getState().positions["processor:batch@traces"];
    store.getState().rename("processor", "batch", "batch/late");
    const { model, positions, chosen } = store.getState();
    expect(model.routes.map(({ processors }) => processors)).to.deep.equal([
      ["filter/small", "batch/late"],
      ["batch/late"],
    ]);
    expect(positions["processor:batch/late@traces"]).to.deep.equal(at);
    expect(chosen).to.deep.equal(["processor:batch/late@metrics"]);
  });

  it("gives a new component an id that is free, and has an extension run", () => {
    const store = started();
    expect(store.getState().place(component("exporter", "debug"))).to.equal("exporter:debug/2");
    store.getState().place(component("extension", "health_check"));
    expect(store.getState().model.extensions).to.deep.equal(["health_check", "health_check/2"]);
    expect(store.getState().placeRoute("metrics")).to.equal("route:metrics/2");
  });
});

describe("laying out", () => {
  it("goes from top to bottom along the lines, and nothing covers anything", async () => {
    const canvas = canvasOf(shared);
    const positions = await layOut(canvas);
    for (const { source, target } of canvas.edges)
      expect(positions.get(source)!.y, `${source} before ${target}`).to.be.lessThan(positions.get(target)!.y);
    const all = [...positions.entries()];
    expect(all).to.have.length(canvas.nodes.length);
    for (const [key, a] of all) {
      const covers = all.filter(
        ([other, b]) => other !== key && Math.abs(a.x - b.x) < boxSize.width && Math.abs(a.y - b.y) < boxSize.height,
      );
      expect(covers, key).to.deep.equal([]);
    }
  });
});
