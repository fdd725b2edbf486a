import { setTimeout as delay } from "node:timers/promises";
import { ErrorReason, isPhoenixError } from "@phoenix/platform/errors";
import { eventually } from "../harness/eventually.ts";
import type { Violation } from "./history/index.ts";
import type { ScriptedAgent } from "./scripted-agent.ts";
import { createSeededRandom } from "./seeded-random.ts";
import { createFaultSite, type FaultSite } from "./site.ts";

/** A fault of the random schedule: injects, undoes, and says in a word what it did it to. */
type RandomFault = { name: string; inject(site: FaultSite, random: () => number): Promise<string> };

const pick = <T>(random: () => number, list: readonly T[]): T => {
  const chosen = list[Math.floor(random() * list.length)];
  if (chosen === undefined) throw new Error("there is nothing to choose from");
  return chosen;
};
const between = (random: () => number, leastMs: number, mostMs: number): number =>
  Math.round(leastMs + random() * (mostMs - leastMs));

const pickReplica = (random: () => number, site: FaultSite): number => Math.floor(random() * site.replicas.length);

const faults: RandomFault[] = [
  {
    name: "kill -9 a controller",
    async inject(site, random) {
      const index = pickReplica(random, site);
      const awayMs = between(random, 0, 1_500);
      await site.replicas[index]?.kill();
      await delay(awayMs);
      await site.replicas[index]?.start();
      return `${index}, away ${awayMs} ms`;
    },
  },
  {
    name: "stop and continue a controller",
    async inject(site, random) {
      const index = pickReplica(random, site);
      const pauseMs = between(random, 500, 13_000);
      site.replicas[index]?.pause();
      await delay(pauseMs);
      site.replicas[index]?.resume();
      return `${index} for ${pauseMs} ms`;
    },
  },
  {
    name: "kill -9 PostgreSQL",
    async inject(site) {
      const { pid } = site.postgres;
      process.kill(pid, "SIGKILL");
      await eventually("PostgreSQL to be back", () => site.postgres.pid !== pid || undefined);
      return `process ${pid}`;
    },
  },
  {
    name: "end all connections to PostgreSQL",
    async inject(site) {
      const ended = await site.db.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'phoenix' AND pid <> pg_backend_pid()",
      );
      return `${ended.length} of them`;
    },
  },
  {
    name: "bad weather",
    async inject(site, random) {
      const index = pickReplica(random, site);
      const weather = pick(random, [
        { blackHole: true },
        { sliceBytes: 5 },
        { latencyMs: 200, jitterMs: 100 },
        { bytesPerSecond: 32_768, sliceBytes: 1_460 },
      ]);
      const lastsMs = between(random, 300, 5_000);
      site.replicas[index]?.proxy.setWeather(weather);
      await delay(lastsMs);
      site.replicas[index]?.proxy.setWeather({});
      return `${JSON.stringify(weather)} before ${index} for ${lastsMs} ms`;
    },
  },
  {
    name: "break connections",
    async inject(site, random) {
      const index = pickReplica(random, site);
      const how = pick(random, ["cut", "reset"] as const);
      site.replicas[index]?.proxy[how]();
      return `${how} before ${index}`;
    },
  },
  {
    name: "kill -9 an agent",
    async inject(site, random) {
      const agent = pick(random, site.agents);
      agent.crash();
      const awayMs = between(random, 0, 2_000);
      await delay(awayMs);
      agent.start();
      return `${site.agents.indexOf(agent)}, away ${awayMs} ms`;
    },
  },
  {
    name: "stop and continue an agent",
    async inject(site, random) {
      const agent = pick(random, site.agents);
      const pauseMs = between(random, 500, 12_000);
      agent.freeze();
      await delay(pauseMs);
      agent.thaw();
      return `${site.agents.indexOf(agent)} for ${pauseMs} ms`;
    },
  },
  {
    name: "move an agent to another controller",
    async inject(site, random) {
      const agent = pick(random, site.agents);
      const index = pickReplica(random, site);
      site.moveAgent(agent, index);
      agent.stream?.kill();
      return `${site.agents.indexOf(agent)} to ${index}`;
    },
  },
  {
    name: "send acknowledged observations again",
    async inject(site, random) {
      const agent = pick(random, site.agents);
      agent.replayAcknowledged();
      return String(site.agents.indexOf(agent));
    },
  },
];

/** Enqueues and observes until told to stop; gives how much was acknowledged. */
function work(site: FaultSite, agents: readonly ScriptedAgent[], random: () => number) {
  const stopping = new AbortController();
  const working = (async () => {
    let tasks = 0;
    while (!stopping.signal.aborted) {
      const agent = agents[Math.floor(random() * agents.length)];
      if (agent === undefined) break;
      agent.observe(Math.floor(random() * 1_000));
      try {
        await site.enqueue(agent.hostId, { subjectName: `subject-${Math.floor(random() * 3)}` });
        tasks += 1;
      } catch (error) {
        // Not acknowledged while PostgreSQL was away, so nothing is promised about it.
        if (!isPhoenixError(error, ErrorReason.DATABASE_UNAVAILABLE)) throw error;
        await delay(50);
      }
      await delay(20);
    }
    return tasks;
  })();
  // Whoever stops it hears of what went wrong in it.
  working.catch(() => undefined);
  return () => {
    stopping.abort();
    return working;
  };
}

/**
 * Injects random faults, up to two at a time, under load for as long as told,
 * then lets all settle and checks the history. The seed decides which faults
 * come, to whom and for how long; how they meet the load is the machine's.
 */
export async function runRandomSchedule(options: {
  seed: number;
  durationMs: number;
  log(line: string): void;
}): Promise<Violation[]> {
  const { seed, durationMs, log } = options;
  const site = await createFaultSite({ replicas: 2, seed });
  let closed = false;
  try {
    for (let n = 0; n < 12; n++) {
      await site.addAgent(`random-${n}`, { replica: n % 2, effectMs: 300, failRatio: 0.05 });
    }
    const stop = work(site, site.agents, site.random);
    // A generator of its own: what agents and load draw, whenever they do, must not shift what the faults draw.
    const random = createSeededRandom(seed);
    const begun = performance.now();
    const elapsed = (): string => ((performance.now() - begun) / 1000).toFixed(1).padStart(6);
    while (performance.now() - begun < durationMs) {
      const chosen = [pick(random, faults), ...(random() < 0.3 ? [pick(random, faults)] : [])];
      // Two of a kind undo each other's end.
      const together = [...new Set(chosen)];
      await Promise.all(
        together.map(async (fault) => {
          const what = await fault.inject(site, random);
          log(`${elapsed()} s  ${fault.name}: ${what}`);
        }),
      );
      await delay(between(random, 100, 1_500));
    }
    const tasks = await stop();
    await site.settle(120_000);
    const { entries } = site.history;
    const tries = entries.filter(({ kind }) => kind === "assigned").length;
    const observed = entries.filter(({ kind }) => kind === "observed").length;
    log(
      `${elapsed()} s  settled: ${tasks} tasks in ${tries} tries, ${observed} observations, ${entries.length} entries`,
    );
    closed = true;
    return await site.close();
  } finally {
    if (!closed) await site.close();
  }
}
