import { renderPipeline } from "@phoenix/pipelines/render";
import { checkConfig, checkPipelineFile, hasError } from "@phoenix/validation";
import { judgeConfig } from "@phoenix/validation/judgement";
import { loadCatalog, type PipelineDefinition } from "../../catalog/index.ts";
import { findCollector } from "../../collector/index.ts";
import type { BenchOptions, Say } from "../bench-options.ts";
import { nowMs } from "../report/monotonic.ts";
import { showSpread } from "../report/spread.ts";

/** Configurations of a fleet, each with variables of its own. */
const hosts = 1_000;
/** Configurations a collector is asked about in a run; each question is a process of its own. */
const asked = 10;

/** How long it takes to render and check the configurations of a fleet. */
export async function benchRender(say: Say, { runs = 5 }: BenchOptions): Promise<string> {
  const catalog = await loadCatalog();
  const collector = await findCollector({ onProgress: say });
  const rows = [
    await measure("render", hosts, runs, say, () => renderFleet(catalog)),
    await measure("render and check by the rules", hosts, runs, say, () => {
      for (const text of renderFleet(catalog)) refuseErrors(checkConfig(text).findings, text);
    }),
    await measure("check pipeline files by the rules", hosts, runs, say, () => {
      for (let host = 0; host < hosts; host++) {
        const definition = of(catalog, host);
        refuseErrors(checkPipelineFile(definition.text).findings, definition.name);
      }
    }),
    await measure("ask the collector", asked, runs, say, async () => {
      for (const text of renderFleet(catalog).slice(0, asked)) {
        const judgement = await judgeConfig(collector, text);
        if (!judgement.ok) throw new Error(judgement.words);
      }
    }),
  ];
  return [
    `${hosts.toLocaleString("en")} hosts over the ${catalog.length} pipelines of the catalog, each with an interval and a must-keep expression of its own; ${runs} times after one that is not counted, in one thread; median (least–greatest). Collector ${collector.version}.`,
    "",
    "| what | configurations | ms | ms each |",
    "|---|---|---|---|",
    ...rows,
  ].join("\n");
}

async function measure(what: string, count: number, runs: number, say: Say, work: () => unknown): Promise<string> {
  const times: number[] = [];
  for (let run = 0; run < runs + 1; run++) {
    const begunMs = nowMs();
    await work();
    // The first one compiles.
    if (run > 0) times.push(nowMs() - begunMs);
  }
  const each = times.map((time) => time / count);
  const row = `| ${what} | ${count.toLocaleString("en")} | ${showSpread(times, 0)} | ${showSpread(each, 2)} |`;
  say(row);
  return row;
}

function renderFleet(catalog: readonly PipelineDefinition[]): string[] {
  return Array.from({ length: hosts }, (_, host) => {
    const variables = { interval: `${5 + (host % 55)}s` };
    return renderPipeline(of(catalog, host), { variables, mustKeep: [`app-${host}`], remoteWriteUrl }).text;
  });
}

const remoteWriteUrl = "http://127.0.0.1:9090/api/v1/write";

function of(catalog: readonly PipelineDefinition[], host: number): PipelineDefinition {
  const definition = catalog[host % catalog.length];
  if (definition === undefined) throw new Error("the catalog is empty");
  return definition;
}

function refuseErrors(findings: Parameters<typeof hasError>[0], what: string): void {
  if (hasError(findings)) throw new Error(`the rules refuse ${what}`);
}
