import { setTimeout as delay } from "node:timers/promises";
import type { BenchOptions, Say } from "../bench-options.ts";
import { type ControllerSite, createControllerSite } from "../fleet/controller-site.ts";
import { type Crew, createCrew } from "../fleet/crew.ts";
import { commitAtRate } from "../fleet/task-producer.ts";
import { nowMs } from "../report/monotonic.ts";
import { spreadOf } from "../report/spread.ts";

/** What the server held at a moment. */
type Sample = { minute: number; rssMb: number; heapMb: number };

const sampleMs = 15_000;
const observeMs = 60_000;
const rowsPerBatch = 2;
/** Part of the time in which caches, pools and the heap find their size. */
const settlingShare = 1 / 6;

/**
 * A fleet at an ordinary load for a long time: heartbeats, tasks at a fixed rate, two observations of each agent every
 * minute. What is asked: whether the memory of the server stays as it is.
 */
export async function benchSoak(say: Say, options: BenchOptions): Promise<string> {
  const { agents = 5_000, rate = 100, seconds = 3_600 } = options;
  const site = await createControllerSite();
  const crew = await createCrew(2, { host: "127.0.0.1", port: site.agentPort });
  const samples: Sample[] = [];
  try {
    await site.start();
    const { secret } = await site.client.fleet.createEnrollmentToken({ maxUses: agents });
    const names = Array.from({ length: agents }, (_, index) => `soak-${index}`);
    const hostIds = (await crew.enroll(names, secret, 64)).map(({ hostId }) => hostId);
    await crew.all({ do: "dial", count: Math.ceil(agents / 2), atOnce: 32 });
    say(`${agents} agents are connected`);

    const begunMs = nowMs();
    const endMs = begunMs + seconds * 1000;
    const cpu = { server: site.usage().cpuSeconds, database: site.databaseCpuSeconds() };
    const produced = produce(site, hostIds, rate, endMs);
    let nextObserveMs = begunMs;
    while (nowMs() < endMs) {
      if (nowMs() >= nextObserveMs) {
        // One batch each: the time is over before the first acknowledgement asks for another.
        await crew.all({ do: "observe", agents, untilMs: nowMs() + 50, rowsPerBatch });
        nextObserveMs += observeMs;
      }
      samples.push(await sample(site, (nowMs() - begunMs) / 60_000));
      const last = samples.at(-1);
      if (samples.length % 20 === 1)
        say(`minute ${last?.minute.toFixed(0)}: RSS ${last?.rssMb.toFixed(0)} MB, heap ${last?.heapMb.toFixed(0)} MB`);
      await delay(Math.min(sampleMs, Math.max(0, endMs - nowMs())));
    }
    const tasks = await produced;
    const share = (used: number): string => `${((used / (nowMs() - begunMs)) * 100_000).toFixed(0)} %`;
    const used = `${share(site.usage().cpuSeconds - cpu.server)} / ${share(site.databaseCpuSeconds() - cpu.database)}`;
    return describe(samples, { agents, rate, seconds, tasks, used }, await ended(site, crew, tasks));
  } finally {
    await crew.stop();
    await site.close();
  }
}

async function produce(site: ControllerSite, hostIds: string[], rate: number, endMs: number): Promise<number> {
  let tasks = 0;
  while (nowMs() < endMs) {
    const seconds = Math.max(1, Math.min(60, Math.round((endMs - nowMs()) / 1000)));
    const commits = await commitAtRate(site.db, hostIds, { rate, seconds });
    for (const commit of commits.values()) tasks += commit.tasks;
  }
  return tasks;
}

async function sample(site: ControllerSite, minute: number): Promise<Sample> {
  const heap = (await site.metric("nodejs_heap_size_used_bytes")).get("") ?? Number.NaN;
  return { minute, rssMb: site.usage().rssBytes / 1e6, heapMb: heap / 1e6 };
}

/** What became of the load, once all is quiet. */
async function ended(site: ControllerSite, crew: Crew, tasks: number): Promise<string> {
  for (;;) {
    const [open] = await site.db.query("select from agent_tasks where ended_at is null limit 1");
    if (open === undefined) break;
    await delay(100);
  }
  const [stored] = await site.db.query<{ rows: string }>("select count(*)::text as rows from observations");
  const { effects, doubleEffects, acknowledgedRows, connected, endings } = await crew.report();
  const lost = Object.entries(endings).map(([status, times]) => `${times} ${status}`);
  return (
    `${effects} effects of ${tasks} tasks, ${doubleEffects} of them twice; ${acknowledgedRows} observation rows ` +
    `acknowledged, ${stored?.rows} stored; ${connected} agents connected at the end, streams that ended meanwhile: ` +
    `${lost.join(", ") || "none"}.`
  );
}

function describe(
  samples: Sample[],
  run: { agents: number; rate: number; seconds: number; tasks: number; used: string },
  fate: string,
): string {
  const settled = samples.filter(({ minute }) => minute * 60 >= run.seconds * settlingShare);
  const third = Math.ceil(settled.length / 3);
  const medianOf = (part: Sample[], what: (sample: Sample) => number): number => spreadOf(part.map(what)).median;
  const row = (name: string, what: (sample: Sample) => number): string => {
    const [first, last] = [medianOf(settled.slice(0, third), what), medianOf(settled.slice(-third), what)];
    const { least, greatest } = spreadOf(settled.map(what));
    const growth = ((last / first - 1) * 100).toFixed(1);
    return `| ${name} | ${first.toFixed(0)} | ${last.toFixed(0)} | ${growth} % | ${least.toFixed(0)}–${greatest.toFixed(0)} |`;
  };
  return [
    `${run.agents} simulated agents for ${Math.round(run.seconds / 60)} minutes: heartbeats, ${run.rate} tasks a second, ` +
      `two observation rows of each agent every minute. The first ${Math.round((run.seconds * settlingShare) / 60)} minutes are left out; ` +
      `medians of the first and the last third of the rest. CPU of server / PostgreSQL: ${run.used} of a core.`,
    "",
    "| MB | first third | last third | growth (goal: within ± 10 %) | least–greatest |",
    "|---|---|---|---|---|",
    row("RSS of the server", ({ rssMb }) => rssMb),
    row("heap in use", ({ heapMb }) => heapMb),
    "",
    fate,
  ].join("\n");
}
