import { expect } from "chai";
import { emptyModel, type GraphModel } from "../graph/graph-model.ts";
import { createGraphStore } from "../graph/graph-store.ts";
import { createYamlSync, type YamlService, type YamlState } from "./yaml-sync.ts";

/** A service whose YAML is JSON, that answers when it is told to. */
function scriptedService() {
  const calls: { what: "parse" | "format"; answer: () => void; fail: (error: unknown) => void }[] = [];
  const wait = <T>(what: "parse" | "format", value: () => T): Promise<T> =>
    new Promise((resolve, reject) => calls.push({ what, answer: () => resolve(value()), fail: reject }));
  const service: YamlService = {
    parse: (yaml) =>
      wait("parse", () => ({
        model: yaml.startsWith("{") ? (JSON.parse(yaml) as GraphModel) : undefined,
        findings: [],
      })),
    format: (model) => wait("format", () => JSON.stringify(model)),
  };
  return { service, calls };
}

const batch = { kind: "processor", id: "batch", settings: "", known: true } as const;

describe("keeping canvas and YAML the same", () => {
  const begun = () => {
    const graph = createGraphStore();
    const { service, calls } = scriptedService();
    const sync = createYamlSync(graph, service);
    sync.start();
    const reach = (wanted: (state: YamlState) => boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!wanted(sync.get())) return;
          stop();
          resolve();
        };
        const stop = sync.subscribe(look);
        look();
      });
    const called = async (number: number): Promise<void> => {
      while (calls.length < number) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    return { graph, sync, calls, reach, called };
  };

  it("writes what is done on the canvas, once for a burst of acts", async () => {
    const { graph, sync, calls, reach, called } = begun();
    graph.getState().place(batch);
    graph.getState().place(batch);
    expect(sync.get().state).to.equal("writing");
    await called(1);
    calls[0]?.answer();
    await reach(({ state }) => state === "same");
    expect(JSON.parse(sync.get().text).components).to.have.length(2);
    expect(calls).to.have.length(1);
    sync.stop();
  });

  it("reads what is typed, leaves the text as it is and moves no box when it means the same", async () => {
    const { graph, sync, calls, reach, called } = begun();
    const typed = `${JSON.stringify({ ...emptyModel, components: [batch] })} `;
    sync.type(typed);
    await called(1);
    calls[0]?.answer();
    await reach(({ state }) => state === "same");
    const { model } = graph.getState();
    expect(model.components).to.deep.equal([batch]);
    expect(sync.get().text).to.equal(typed);
    sync.type(`${typed} `);
    await called(2);
    calls[1]?.answer();
    await reach(({ state }) => state === "same");
    expect(graph.getState().model).to.equal(model);
    expect(calls.map(({ what }) => what)).to.deep.equal(["parse", "parse"]);
    sync.stop();
  });

  it("leaves the canvas alone while the text cannot be read", async () => {
    const { graph, sync, calls, reach, called } = begun();
    const { model } = graph.getState();
    sync.type("[");
    await called(1);
    calls[0]?.answer();
    await reach(({ state }) => state === "unreadable");
    expect(graph.getState().model).to.equal(model);
    sync.stop();
  });

  it("drops an answer that something newer overtook", async () => {
    const { graph, sync, calls, reach, called } = begun();
    void sync.load(JSON.stringify({ ...emptyModel, components: [batch] }));
    await called(1);
    graph.getState().placeRoute("logs");
    await called(2);
    calls[0]?.answer();
    calls[1]?.answer();
    await reach(({ state }) => state === "same");
    expect(graph.getState().model.components).to.deep.equal([]);
    expect(JSON.parse(sync.get().text).routes).to.have.length(1);
    sync.stop();
  });

  it("writes again what undo brings back", async () => {
    const { graph, sync, calls, reach, called } = begun();
    const text = JSON.stringify({ ...emptyModel, components: [batch] });
    sync.type(text);
    await called(1);
    calls[0]?.answer();
    await reach(({ state }) => state === "same");
    graph.temporal.getState().undo();
    await called(2);
    calls[1]?.answer();
    await reach(({ text: now }) => now !== text);
    expect(JSON.parse(sync.get().text)).to.deep.equal(emptyModel);
    sync.stop();
  });

  it("drops what is being written when undo leads back to what the text says", async () => {
    const { graph, sync, calls, reach, called } = begun();
    const text = JSON.stringify({ ...emptyModel, components: [batch] });
    sync.type(text);
    await called(1);
    calls[0]?.answer();
    await reach(({ state }) => state === "same");
    graph.getState().placeRoute("logs");
    await called(2);
    graph.temporal.getState().undo();
    calls[1]?.answer();
    await reach(({ state }) => state === "same");
    await new Promise((resolve) => setImmediate(resolve));
    expect(sync.get().text).to.equal(text);
    expect(graph.getState().model.routes).to.deep.equal([]);
    sync.stop();
  });

  it("says that a call failed, and tries again when asked", async () => {
    const { graph, sync, calls, reach, called } = begun();
    graph.getState().place(batch);
    await called(1);
    calls[0]?.fail(new Error("no way"));
    await reach(({ state }) => state === "failed");
    expect(String(sync.get().error)).to.contain("no way");
    sync.retry();
    await called(2);
    calls[1]?.answer();
    await reach(({ state }) => state === "same");
    expect(sync.get().text).to.contain("batch");
    sync.stop();
  });
});
