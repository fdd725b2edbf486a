import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { BenchOptions, Say } from "../bench-options.ts";
import { nowMs } from "../report/monotonic.ts";
import { quantileOf } from "../report/quantiles.ts";
import { type BenchmarkSite, createBenchmarkSite } from "./benchmark-site.ts";
import { measureIntake } from "./measure-intake.ts";
import { type Day, seedDay } from "./seed-day.ts";

/** A read to measure. */
type Read = (client: BenchmarkSite["client"], day: Day) => Promise<unknown>;

const warmup = { warmupWindows: 4 };

/** What a console and a report ask of an experiment. */
const reads: Record<string, Read> = {
  GetKpiSeries: (client, { experimentId }) => client.getKpiSeries({ experimentId }),
  CalculateKpis: (client, { experimentId }) => client.calculateKpis({ experimentId, ...warmup }),
  "CalculateKpis from 10:30 on": (client, { experimentId, startMs }) =>
    client.calculateKpis({ experimentId, ...warmup, startTime: timestampFromMs(startMs + 10.5 * 3_600_000) }),
  "CalculateKpis until 20:15": (client, { experimentId, startMs }) =>
    client.calculateKpis({ experimentId, ...warmup, endTime: timestampFromMs(startMs + 20.25 * 3_600_000) }),
  "GetPanel, a page of 2,000 windows": (client, { experimentId, startMs }) =>
    client.getPanel({ experimentId, pageSize: 2_000, startTime: timestampFromMs(startMs + 12 * 3_600_000) }),
  "GetCostAnalysis, every book": (client, { experimentId }) =>
    client.getCostAnalysis({
      experimentId,
      ...warmup,
      fleetHosts: 10_000,
      productionIntervalSeconds: { baseline: 60, candidate: 60 },
    }),
  GetTopContributors: (client, { experimentId }) => client.getTopContributors({ experimentId }),
};

/** How fast observations are stored, and how fast a day of a thousand hosts is read. */
export async function benchObservations(say: Say, options: BenchOptions): Promise<string> {
  const { agents = 1_000, seconds = 20, runs = 40, only } = options;
  const wanted = (part: string): boolean => only.length === 0 || only.includes(part);
  const site = await createBenchmarkSite();
  try {
    const text: string[] = [];
    if (wanted("intake")) {
      const intake = await measureIntake(site, seconds);
      text.push(
        `RecordObservations, 500 observations a call with a sketch each, two calls at a time, 60 s windows of 1,000 hosts: ` +
          `**${intake.perSecond.toFixed(0)} observations/s** over ${seconds} s ` +
          `(PostgreSQL ${((intake.databaseCpuSeconds * 1e6) / intake.rows).toFixed(0)} µs and the service ${((intake.processCpuSeconds * 1e6) / intake.rows).toFixed(0)} µs of CPU each).`,
      );
      say(text.at(-1) ?? "");
    }
    if (wanted("reads")) text.push(...(await measureReads(site, agents, runs, say)));
    return text.join("\n");
  } finally {
    await site.close();
  }
}

async function measureReads(site: BenchmarkSite, hosts: number, runs: number, say: Say): Promise<string[]> {
  const day = await seedDay(site.db, hosts, say);
  const rows: string[] = [];
  for (const [name, read] of Object.entries(reads)) {
    const latenciesMs: number[] = [];
    for (let run = 0; run < runs + 3; run++) {
      const askedMs = nowMs();
      await read(site.client, day);
      // The first ones fill caches.
      if (run >= 3) latenciesMs.push(nowMs() - askedMs);
    }
    const [p50, p95] = [0.5, 0.95].map((p) => quantileOf(latenciesMs, p).toFixed(1));
    rows.push(`| ${name} | ${p50} | ${p95} |`);
    say(rows.at(-1) ?? "");
  }
  return [
    "",
    `A day of ${hosts.toLocaleString("en")} hosts, two arms, 60 s windows: ${day.rows.toLocaleString("en")} observations; ${runs} calls each, one at a time.`,
    "",
    "| call | p50, ms | p95, ms |",
    "|---|---|---|",
    ...rows,
  ];
}
