import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { eventually } from "@phoenix/test/harness/eventually.ts";
import { createSite, type Site } from "@phoenix/test/harness/site.ts";
import { showSpread } from "../report/spread.ts";
import { measureTapThroughput, type TapThroughput } from "./tap-throughput.ts";

const processes = 200;
const windowSeconds = 5;
const sampleSeconds = 10;
const samples = 6;
/** USER_HZ, the unit of CPU times in /proc on Linux. */
const ticksPerSecond = 100;

type Usage = { cpuPercent: number[]; rssMiB: number[] };

/**
 * The agent beside two real collectors on a host with 200 processes of load and
 * windows of 5 s, then the tap alone. Figures are medians with their spread.
 */
export async function benchAgent(say: (line: string) => void): Promise<string> {
  const usage = await measureHost(say);
  say("measuring the tap, five runs");
  const runs: TapThroughput[][] = [];
  for (let run = 0; run < 5; run += 1) runs.push(await measureTapThroughput({ processes: 2_000, bodies: 60 }));
  const tap = (encoding: string): { rate: number[]; share: number[] } => {
    const rate = runs.flatMap((run) =>
      run.filter((one) => one.encoding === encoding).map((one) => one.pointsPerCpuSecond),
    );
    // Two arms send one body each every 15 s.
    return { rate, share: rate.map((perSecond) => ((2 * 2_000 * 11) / 15 / perSecond) * 100) };
  };
  const row = (name: string, { cpuPercent, rssMiB }: Usage, goal: string): string =>
    `| ${name} | ${showSpread(cpuPercent, 2)} | ${showSpread(rssMiB, 0)} | ${goal} |`;
  return [
    `${processes} processes of load, windows and scrapes of ${windowSeconds} s, ${samples} samples of ${sampleSeconds} s; median (least–greatest).`,
    "",
    "| process | CPU, % of a core | RSS, MiB | goal |",
    "|---|---|---|---|",
    row("agent", usage.agent, "≤ 2 %, ≤ 120 MiB"),
    row("collector, process-baseline-v1", usage.baseline, ""),
    row("collector, process-priority-filter-v1", usage.candidate, ""),
    "",
    "The tap alone, bodies of 2,000 processes (22,000 points), five runs, whole HTTP loop:",
    "",
    "| encoding | million points for each second of one core | share of a core, both arms every 15 s | goal |",
    "|---|---|---|---|",
    ...["identity", "gzip"].map((encoding) => {
      const { rate, share } = tap(encoding);
      return `| ${encoding} | ${showSpread(
        rate.map((value) => value / 1e6),
        2,
      )} | ${showSpread(share, 2)} % | ≥ 1.5, ≤ 1 % |`;
    }),
  ].join("\n");
}

async function measureHost(say: (line: string) => void): Promise<Record<"agent" | "baseline" | "candidate", Usage>> {
  const site = await createSite();
  try {
    await site.startServer();
    const agent = await site.startAgent("bench");
    const experimentId = await startExperiment(site);
    say("waiting until both collectors run");
    const pids = await eventually("both arms to run", () => pidsOf(site, experimentId), 90_000);
    const all = { agent: agent.child.pid ?? 0, ...pids };
    await delay(20_000); // start-up is not what is measured
    const usage = { agent: none(), baseline: none(), candidate: none() };
    for (let sample = 0; sample < samples; sample += 1) {
      const before = mapUsage(all);
      await delay(sampleSeconds * 1000);
      const after = mapUsage(all);
      for (const name of ["agent", "baseline", "candidate"] as const) {
        const ticks = after[name].ticks - before[name].ticks;
        usage[name].cpuPercent.push((ticks / ticksPerSecond / sampleSeconds) * 100);
        usage[name].rssMiB.push(after[name].rssMiB);
      }
      say(`sample ${sample + 1} of ${samples}`);
    }
    await site.client.experiments.cancelExperiment({ experimentId, reason: "measured" });
    return usage;
  } finally {
    await site.close();
  }
}

async function startExperiment(site: Site): Promise<string> {
  const arm = (variant: string, name: string) => ({ variant, pipeline: { name } });
  const { experiment } = await site.client.experiments.createExperiment({
    name: "bench",
    spec: {
      arms: [arm("baseline", "process-baseline-v1"), arm("candidate", "process-priority-filter-v1")],
      mustKeep: ["postgres", "nginx", "payment-api"],
      load: { profile: "realistic", processes, seed: 1n },
      // A verdict of PROMOTE leaves both arms running while it waits for a decision.
      scopeAccepted: true,
    },
  });
  const experimentId = experiment?.experimentId ?? "";
  await site.client.experiments.startExperiment({ experimentId });
  return experimentId;
}

async function pidsOf(site: Site, experimentId: string): Promise<{ baseline: number; candidate: number } | undefined> {
  const { experiment } = await site.client.experiments.getExperiment({ experimentId });
  if (experiment?.phase !== ExperimentPhase.RUNNING) return undefined;
  const { host } = await site.client.fleet.getHost({ hostId: "bench" });
  const pid = (variant: string) => host?.collectors.find((collector) => collector.variant === variant)?.pid ?? 0;
  return pid("baseline") > 0 && pid("candidate") > 0
    ? { baseline: pid("baseline"), candidate: pid("candidate") }
    : undefined;
}

function mapUsage<K extends string>(pids: Record<K, number>): Record<K, { ticks: number; rssMiB: number }> {
  return Object.fromEntries(
    Object.entries<number>(pids).map(([name, pid]) => {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const rssKiB = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
      return [name, { ticks: Number(fields[11]) + Number(fields[12]), rssMiB: rssKiB / 1024 }];
    }),
  ) as Record<K, { ticks: number; rssMiB: number }>;
}

function none(): Usage {
  return { cpuPercent: [], rssMiB: [] };
}
