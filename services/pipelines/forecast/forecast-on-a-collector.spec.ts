import { loadCatalog } from "@phoenix/catalog";
import { expect } from "chai";
import { renderPipeline } from "../render/index.ts";
import {
  findTestCollector,
  makeDynamicFolder,
  type Point,
  runCollector,
  seriesOf,
  startNamedProcesses,
  startOtlpSink,
} from "../testing/index.ts";
import { forecastPipeline, type Population } from "./index.ts";

/** States of processes that a host shows only sometimes are the one thing that is not foretold exactly. */
const tolerance = 0.05;

const running: Record<string, number> = { "fc-web": 10, "fc-db": 4, "fc-idle": 40, "fc-pay": 1 };
const populations: Population[] = Object.entries(running).map(([name, processes]) => ({
  name,
  processes,
  cpuRatio: 0,
  rssBytes: 2 ** 20,
}));

/** A pipeline and its variables; `chosen` is what an agent would have ranked first. */
type Case = { pipeline: string; variables?: Record<string, string>; chosen?: string[]; files?: Record<string, string> };

const cases: Case[] = [
  { pipeline: "process-baseline-v1" },
  { pipeline: "process-priority-filter-v1", variables: { critical: "fc-db", high: "fc-web" } },
  { pipeline: "process-topk-v1", variables: { k: "10", always: "fc-db" }, chosen: ["fc-web"] },
  {
    pipeline: "process-aggregated-v1",
    // So that no process that runs here besides makes a group of its own.
    variables: {
      critical: "fc-db",
      web: "fc-web",
      database: "fc-db",
      runtime: "fc-no",
      browser: "fc-no",
      container: "fc-no",
    },
  },
  {
    pipeline: "process-adaptive-filter-v1",
    variables: { always: "fc-db" },
    files: { process_interval: "1s", cpu_floor: "0.001", rss_floor_bytes: "33554432" },
  },
  {
    pipeline: "process-adaptive-filter-v1",
    variables: { always: "fc-db", normal_rss_floor_mib: "0" },
    files: { process_interval: "1s" },
  },
];

describe("a forecast, against a real collector", () => {
  before(async function () {
    this.timeout(600_000);
    await findTestCollector();
  });

  for (const { pipeline, variables = {}, chosen = [], files = {} } of cases) {
    it(`of ${pipeline} with ${JSON.stringify(variables)} is within ${tolerance * 100} %`, async function () {
      this.timeout(120_000);
      const definition = (await loadCatalog()).find(({ name }) => name === pipeline)!;
      const given = { variables, mustKeep: ["fc-pay"] };
      const forecast = forecastPipeline(definition, given, { populations, cpuCount: 2 });
      const processes = await startNamedProcesses(running);
      const own = new Set(Object.keys(running).flatMap((name) => processes.pids(name)));
      const pids = chosen.flatMap((name) => processes.pids(name)).map((pid) => `- strict: "${pid}"`);
      const folder = await makeDynamicFolder({
        ...(pids.length > 0 ? { "pids.yaml": pids.join("\n") } : {}),
        ...files,
      });
      const sink = await startOtlpSink();
      try {
        const { text } = renderPipeline(definition, { ...given, remoteWriteUrl: undefined });
        const env = {
          PHX_VARIANT: "baseline",
          PHX_TAP_URL: sink.url("tap"),
          PHX_INTERVAL: "1s",
          PHX_DYN_DIR: folder.path,
        };
        const collector = await runCollector(await findTestCollector(), text, env);
        try {
          // CPU utilization needs two scrapes, of processes and of the host, and a scrape may come as two requests.
          const requestsOf = (metric: string) =>
            sink.received("tap").filter((request) => request.some((point) => point.metric.startsWith(metric))).length;
          await sink.until(() => requestsOf("process.") >= 6 && requestsOf("system.cpu") >= 3, 60_000);
        } finally {
          await collector.stop();
        }
        // Other processes run on this machine too, and are none of the forecast's.
        const counts = ({ resource }: Point): boolean =>
          resource["process.pid"] === undefined || own.has(Number(resource["process.pid"]));
        const measured = new Set(sink.received("tap").flat().filter(counts).map(seriesOf)).size;
        expect(
          forecast.activeSeries / measured,
          `forecast ${forecast.activeSeries}, measured ${measured}`,
        ).to.be.within(1 - tolerance, 1 + tolerance);
      } finally {
        await folder.remove();
        await processes.stop();
        await sink.close();
      }
    });
  }
});
