import { loadCatalog, type PipelineDefinition } from "@phoenix/catalog";
import { expect } from "chai";
import {
  findTestCollector,
  type Point,
  type RunningCollector,
  runCollector,
  seriesOf,
  startNamedProcesses,
  startOtlpSink,
} from "../testing/index.ts";
import { renderPipeline } from "./index.ts";

describe("two arms on one host", () => {
  before(async function () {
    this.timeout(600_000);
    await findTestCollector();
  });

  it("run side by side, the priority filter far below half of the baseline's series, critical processes whole", async function () {
    this.timeout(90_000);
    const catalog = await loadCatalog();
    const sink = await startOtlpSink();
    const processes = await startNamedProcesses({ "arm-worker": 90, "arm-batch": 8, "arm-pay": 2 });
    const running: RunningCollector[] = [];
    try {
      for (const [variant, pipeline] of [
        ["baseline", "process-baseline-v1"],
        ["candidate", "process-priority-filter-v1"],
      ] as const) {
        const { text } = render(catalog, pipeline);
        const env = { PHX_VARIANT: variant, PHX_TAP_URL: sink.url(variant), PHX_INTERVAL: "1s" };
        running.push(await runCollector(await findTestCollector(), text, env));
      }
      await sink.until(() => ["baseline", "candidate"].every((arm) => sink.received(arm).length >= 8), 60_000);

      const [baseline, candidate] = [sink.received("baseline").flat(), sink.received("candidate").flat()];
      const reduction = 1 - count(candidate) / count(baseline);
      expect(reduction).to.be.greaterThan(0.7);
      for (const pid of processes.pids("arm-pay")) {
        expect(ofProcess(candidate, pid), `process ${pid}`).to.deep.equal(ofProcess(baseline, pid)).and.have.length(11);
      }
      expect(hostSeries(candidate)).to.deep.equal(hostSeries(baseline));

      for (const { healthPort, metricsPort } of running) {
        expect((await fetch(`http://127.0.0.1:${healthPort}/`)).status).to.equal(200);
        const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
        expect(metrics).to.match(/^otelcol_exporter_sent_metric_points\{/m);
        expect(metrics).to.match(/^otelcol_process_memory_rss(\{.*\})? \d/m);
      }
    } finally {
      await Promise.all(running.map((collector) => collector.stop()));
      await processes.stop();
      await sink.close();
    }
  });

  it("keeps a host's name a text although it looks like a number", async function () {
    this.timeout(60_000);
    const sink = await startOtlpSink();
    try {
      const { text } = render(await loadCatalog(), "process-priority-filter-v1");
      const collector = await runCollector(await findTestCollector(), text, {
        PHX_VARIANT: "baseline",
        PHX_TAP_URL: sink.url("tap"),
        PHX_INTERVAL: "1s",
        PHX_HOST_NAME: "12345678e901",
      });
      try {
        await sink.until(() => sink.received("tap").flat().length > 0, 40_000);
        const names = new Set(
          sink
            .received("tap")
            .flat()
            .map((point) => point.resource["host.name"]),
        );
        expect([...names]).to.deep.equal(["12345678e901"]);
      } finally {
        await collector.stop();
      }
    } finally {
      await sink.close();
    }
  });
});

function render(catalog: PipelineDefinition[], name: string) {
  const definition = catalog.find((pipeline) => pipeline.name === name);
  if (!definition) throw new Error(`the catalog has no ${name}`);
  return renderPipeline(definition, {
    variables: {},
    mustKeep: ["arm-pay"],
    remoteWriteUrl: undefined,
  });
}

function count(points: readonly Point[]): number {
  return new Set(points.map(seriesOf)).size;
}

function ofProcess(points: readonly Point[], pid: number): string[] {
  return [...new Set(points.filter((point) => point.resource["process.pid"] === BigInt(pid)).map(seriesOf))].sort();
}

/** Without the states of processes: one that is there for a moment is seen by one arm and not by the other. */
function hostSeries(points: readonly Point[]): string[] {
  const ofHost = points.filter(({ metric }) => metric.startsWith("system.") && metric !== "system.processes.count");
  return [...new Set(ofHost.map(seriesOf))].sort();
}
