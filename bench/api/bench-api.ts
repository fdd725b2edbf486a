import type { PhoenixClient } from "@phoenix/cli/client";
import type { BenchOptions, Say } from "../bench-options.ts";
import { createControllerSite } from "../fleet/controller-site.ts";
import { nowMs } from "../report/monotonic.ts";
import { quantileOf } from "../report/quantiles.ts";
import { patternSpec, type Seed, seedExperiments, seedHosts } from "./seed.ts";

/** A call to measure; `n` is another number each time. */
type Call = (client: PhoenixClient, n: number, seed: Seed) => Promise<unknown>;

const spec = {
  ...patternSpec,
  load: { profile: "realistic", processes: 200, seed: 1n },
};

/** The calls that consoles and scripts make most. */
const calls: Record<string, Call> = {
  ListExperiments: ({ experiments }) => experiments.listExperiments({ pageSize: 50 }),
  GetExperiment: ({ experiments }, n, seed) =>
    experiments.getExperiment({ experimentId: `past-${1 + (n % seed.experiments)}` }),
  CreateExperiment: ({ experiments }, n) => experiments.createExperiment({ name: `measured ${n}`, spec }),
  ListHosts: ({ fleet }) => fleet.listHosts({ pageSize: 50 }),
  GetHost: ({ fleet }, n, seed) => fleet.getHost({ hostId: `web-${1 + (n % seed.hosts)}` }),
  UpdateHost: ({ fleet }, n, seed) =>
    fleet.updateHost({
      hostId: `host-${1 + (n % seed.hosts)}`,
      labels: { role: "web", round: String(n) },
      updateMask: { paths: ["labels"] },
    }),
  ListTasks: ({ fleet }, n, seed) => fleet.listTasks({ hostId: `host-${1 + (n % seed.hosts)}`, pageSize: 50 }),
  GetTask: ({ fleet }, n, seed) => fleet.getTask({ taskId: `task-${1 + (n % seed.hosts)}` }),
  ListPipelines: ({ pipelines }) => pipelines.listPipelines({}),
  GetPipeline: ({ pipelines }) => pipelines.getPipeline({ name: "process-baseline-v1" }),
};

const atOnce = 8;
const warmUp = 100;

/** The latency of the commonest calls of the API port against a database that was long in use. */
export async function benchApi(say: Say, options: BenchOptions): Promise<string> {
  const { jobs = 2_000, runs = 5 } = options;
  const seed: Seed = { hosts: 1_000, experiments: 10_000 };
  const site = await createControllerSite();
  try {
    await site.start();
    await seedHosts(site.db, seed);
    const { experiment } = await site.client.experiments.createExperiment({ name: "pattern", spec });
    await seedExperiments(site.db, experiment?.experimentId ?? "", seed);
    const rows: string[] = [];
    for (const [name, call] of Object.entries(calls)) {
      const measured = await measureCall((n) => call(site.client, n, seed), jobs * runs);
      const [p50, p95, p99] = [0.5, 0.95, 0.99].map((p) => quantileOf(measured.latenciesMs, p).toFixed(1));
      const row = `| ${name} | ${p50} | ${p95} | ${p99} | ${measured.perSecond.toFixed(0)} |`;
      rows.push(row);
      say(row);
    }
    return [
      `${seed.hosts.toLocaleString("en")} hosts and ${seed.experiments.toLocaleString("en")} experiments in the database; ` +
        `${(jobs * runs).toLocaleString("en")} calls each, ${atOnce} at a time over one gRPC connection to a server of its own; lists of 50.`,
      "",
      "| call | p50, ms | p95, ms | p99, ms | calls/s |",
      "|---|---|---|---|---|",
      ...rows,
    ].join("\n");
  } finally {
    await site.close();
  }
}

async function measureCall(
  call: (n: number) => Promise<unknown>,
  count: number,
): Promise<{ latenciesMs: number[]; perSecond: number }> {
  for (let n = 0; n < warmUp; n++) await call(n);
  const latenciesMs: number[] = [];
  let next = warmUp;
  const begunMs = nowMs();
  const hand = async (): Promise<void> => {
    while (next < warmUp + count) {
      const n = next++;
      const sentMs = nowMs();
      await call(n);
      latenciesMs.push(nowMs() - sentMs);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, hand));
  return { latenciesMs, perSecond: (count / (nowMs() - begunMs)) * 1000 };
}
