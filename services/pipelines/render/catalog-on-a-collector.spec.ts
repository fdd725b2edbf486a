import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { catalogFolder, loadCatalog } from "@phoenix/catalog";
import { expect } from "chai";
import { parse } from "yaml";
import {
  findTestCollector,
  makeDynamicFolder,
  type Point,
  runCollector,
  startNamedProcesses,
  startOtlpSink,
} from "../testing/index.ts";
import { renderPipeline } from "./index.ts";

/** A case of a pipeline's cases.yaml: processes to start, and the metrics each of them and each group must then have. */
type Case = {
  title: string;
  processes: Record<string, number>;
  variables?: Record<string, string>;
  must_keep?: string[];
  /** Of a moving filter: names whose processes were ranked first, and other files that an agent writes. */
  chosen?: string[];
  files?: Record<string, string>;
  expect: Record<string, string[]>;
  groups?: Record<string, string[]>;
};

for (const definition of await loadCatalog()) {
  const cases: Case[] = parse(await readFile(join(catalogFolder, definition.name, "cases.yaml"), "utf8"));

  describe(`${definition.name} on a real collector`, () => {
    before(async function () {
      this.timeout(600_000);
      await findTestCollector();
    });

    for (const each of cases) {
      it(each.title, async function () {
        this.timeout(60_000);
        const points = await pointsOf(each);
        for (const [name, metrics] of Object.entries(each.expect)) {
          for (const pid of points.pids(name)) {
            const own = points.all.filter((point) => point.resource["process.pid"] === BigInt(pid));
            expect(metricNames(own), `${name}, process ${pid}`).to.deep.equal(metrics);
          }
        }
        for (const [group, metrics] of Object.entries(each.groups ?? {})) {
          const own = points.all.filter((point) => point.resource["app.group"] === group);
          expect(metricNames(own), `group ${group}`).to.deep.equal(metrics);
          expect(new Set(own.map((point) => Object.keys(point.resource).sort().join())).size, group).to.equal(1);
        }
      });
    }

    async function pointsOf(each: Case) {
      const rendered = renderPipeline(definition, {
        variables: each.variables ?? {},
        mustKeep: each.must_keep ?? [],
        remoteWriteUrl: undefined,
      });
      const sink = await startOtlpSink();
      const processes = await startNamedProcesses(each.processes);
      const pids = (each.chosen ?? []).flatMap((name) => processes.pids(name)).map((pid) => `- strict: "${pid}"`);
      const folder = await makeDynamicFolder({
        ...(pids.length > 0 ? { "pids.yaml": pids.join("\n") } : {}),
        ...each.files,
      });
      try {
        const env = {
          PHX_VARIANT: "baseline",
          PHX_TAP_URL: sink.url("tap"),
          PHX_INTERVAL: "1s",
          PHX_DYN_DIR: folder.path,
        };
        const collector = await runCollector(await findTestCollector(), rendered.text, env);
        try {
          const ofProcesses = () => sink.received("tap").filter((request) => request.some(isOfProcess));
          // CPU utilization needs two scrapes, and a scrape may come as two requests.
          await sink.until(() => ofProcesses().length >= 6, 40_000);
          return { all: sink.received("tap").flat(), pids: processes.pids };
        } finally {
          await collector.stop();
        }
      } finally {
        await folder.remove();
        await processes.stop();
        await sink.close();
      }
    }
  });
}

function isOfProcess(point: Point): boolean {
  return point.metric.startsWith("process.");
}

function metricNames(points: readonly Point[]): string[] {
  return [...new Set(points.map((point) => point.metric))].sort();
}
