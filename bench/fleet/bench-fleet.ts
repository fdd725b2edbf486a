import { setTimeout as delay } from "node:timers/promises";
import type { BenchOptions, Say } from "../bench-options.ts";
import { nowMs } from "../report/monotonic.ts";
import { quantileOf, showQuantiles } from "../report/quantiles.ts";
import { type ControllerSite, createControllerSite } from "./controller-site.ts";
import { createCrew } from "./crew.ts";
import { measureMisbehaviour } from "./measure-misbehaviour.ts";
import { measureTogether } from "./measure-together.ts";
import { collectLatencies, countTasks, type Scene } from "./scene.ts";
import { type Commits, commitAtRate, commitBatch } from "./task-producer.ts";

/** A line of the table: what was measured, the figure, the goal, and what the server and PostgreSQL used of a core. */
type Row = { what: string; figure: string; goal: string; cpu: string };

const settleMs = 15_000;
/** What a host sends after a window: both of its arms. */
const observationRowsPerBatch = 2;
const observingAgents = 1_000;

/** A fleet of simulated agents on one real server: memory, latency, throughput, return after a kill. */
export async function benchFleet(say: Say, options: BenchOptions): Promise<string> {
  const { agents = 6_000, rate = 3_000, seconds = 20 } = options;
  const site = await createControllerSite();
  const crew = await createCrew(Math.max(2, Math.ceil(agents / 6_000)), { host: "127.0.0.1", port: site.agentPort });
  const rows: Row[] = [];
  const phase = async (name: string, what: string, goal: string, measure: () => Promise<string>): Promise<void> => {
    // Agents must be enrolled and connected for anything else.
    if (options.only.length > 0 && !["enrolment", "memory", ...options.only].includes(name)) return;
    say(what);
    await allTasksOver(site);
    const [server, database, begunMs] = [site.usage().cpuSeconds, site.databaseCpuSeconds(), nowMs()];
    const figure = await measure();
    const share = (used: number): string => `${((used / (nowMs() - begunMs)) * 100_000).toFixed(0)} %`;
    const serverUsed = site.usage().cpuSeconds - server;
    // A server that was started anew begins at nothing.
    const cpu = `${serverUsed < 0 ? "–" : share(serverUsed)} / ${share(site.databaseCpuSeconds() - database)}`;
    rows.push({ what, figure, goal, cpu });
    say(`${what}: ${figure} (server / PostgreSQL ${cpu} of a core)`);
  };
  try {
    await site.start();
    const scene: Scene = { site, crew, hostIds: [], agents, say };
    await phase("enrolment", "enrolments", "≥ 200/s", () => measureEnrolment(scene));
    // Memory that enrolment left must not hide what a stream takes.
    await site.end("SIGTERM");
    await site.start();
    await phase("memory", "RSS of the server", "≤ 45 KB per idle stream", () => measureMemory(scene));
    await phase("idle", "commit → agent at 100 tasks/s", "", () => measureLatency(scene, { rate: 100, seconds: 10 }));
    await phase("latency", `commit → agent at ${rate} tasks/s`, "p99 ≤ 25 ms at 3,000/s", () =>
      measureLatency(scene, { rate, seconds }),
    );
    await phase("broadcast", "one task to every agent, commit → agent", "p99 ≤ 500 ms", () => measureBroadcast(scene));
    await phase("reports", "task reports stored", "≥ 3,000/s", () => measureReports(scene));
    await phase("observations", "observations stored", "≥ 4,000 rows/s", () => measureObservations(scene, seconds));
    await phase("together", "enrolments, reports and observations at once", "≥ 200, 3,000 and 4,000/s", () =>
      measureTogether(scene, seconds),
    );
    await phase("return", "all agents back after SIGKILL of the server", "≤ 15 s", () => measureReturn(scene));
    await phase("misbehaviour", "misbehaviour", "the others are served", () => measureMisbehaviour(scene));
    const { effects, doubleEffects, repeats } = await crew.report();
    const figure = `${doubleEffects} of ${effects} tries had more than one effect; ${repeats} were given again after their end`;
    rows.push({ what: "tries over the whole run", figure, goal: "none twice", cpu: "" });
    say(figure);
  } finally {
    await crew.stop();
    await site.close();
  }
  return [
    `${agents} simulated agents, each on a connection of its own, from ${Math.max(2, Math.ceil(agents / 6_000))} processes; ` +
      "server, PostgreSQL 18 and agents share the machine. CPU is the server's and PostgreSQL's, of one core.",
    "",
    "| | measured | goal | CPU |",
    "|---|---|---|---|",
    ...rows.map(({ what, figure, goal, cpu }) => `| ${what} | ${figure} | ${goal} | ${cpu} |`),
  ].join("\n");
}

async function measureEnrolment(scene: Scene): Promise<string> {
  const { site, crew, agents } = scene;
  const { secret } = await site.client.fleet.createEnrollmentToken({ maxUses: agents });
  const names = Array.from({ length: agents }, (_, index) => `sim-${index}`);
  const begunMs = nowMs();
  const identities = await crew.enroll(names, secret, 64);
  scene.hostIds = identities.map(({ hostId }) => hostId);
  return `${perSecond(agents, begunMs)}/s`;
}

async function measureMemory({ site, crew, agents }: Scene): Promise<string> {
  const size = (await crew.all({ do: "report" })).length;
  let dialMs = 0;
  const dialHalf = async (): Promise<number> => {
    const begunMs = nowMs();
    await crew.all({ do: "dial", count: Math.ceil(agents / 2 / size), atOnce: 32 });
    dialMs += nowMs() - begunMs;
    await delay(settleMs);
    return site.usage().rssBytes;
  };
  const empty = site.usage().rssBytes;
  const half = await dialHalf();
  const full = await dialHalf();
  const kb = (bytes: number): string => (bytes / 1000).toFixed(0);
  return `${kb((full - half) / (agents / 2))} KB a stream (second half; with the first ${kb((full - empty) / agents)}), ${kb(empty / 1000)} → ${kb(full / 1000)} MB; connected at ${Math.round((agents / dialMs) * 1000)}/s`;
}

async function measureLatency(
  { site, crew, hostIds }: Scene,
  load: { rate: number; seconds: number },
): Promise<string> {
  await crew.report();
  const begunMs = nowMs();
  const commits = await commitAtRate(site.db, hostIds, load);
  const producedAt = perSecond(countTasks(commits), begunMs);
  const latencies = await collectLatencies(crew, commits);
  return `${showQuantiles(latencies)}, worst ${quantileOf(latencies, 1).toFixed(0)} ms (${producedAt}/s were committed)`;
}

async function measureBroadcast({ site, crew, hostIds }: Scene): Promise<string> {
  await crew.report();
  const commits: Commits = new Map();
  await commitBatch(site.db, hostIds, commits);
  const latencies = await collectLatencies(crew, commits);
  return `${showQuantiles(latencies, 0)}, last ${quantileOf(latencies, 1).toFixed(0)} ms`;
}

async function measureReports({ site, crew, hostIds, agents }: Scene): Promise<string> {
  const rounds = Math.ceil(20_000 / agents);
  const acceptedReports = async (): Promise<number> =>
    (await site.metric("phoenix_task_reports_total")).get('verdict="accepted"') ?? 0;
  const before = await acceptedReports();
  const commits: Commits = new Map();
  const begunMs = nowMs();
  for (let round = 0; round < rounds; round++) await commitBatch(site.db, hostIds, commits);
  const wanted = before + rounds * agents;
  while ((await acceptedReports()) < wanted) await delay(50);
  await collectLatencies(crew, commits);
  return `${perSecond(rounds * agents, begunMs)}/s (${rounds * agents} tasks, from their enqueuing on, one report each)`;
}

async function measureObservations({ crew }: Scene, seconds: number): Promise<string> {
  const size = (await crew.all({ do: "report" })).length;
  const { acknowledgedRows: before } = await crew.report();
  const begunMs = nowMs();
  await crew.all({
    do: "observe",
    agents: Math.ceil(observingAgents / size),
    untilMs: begunMs + seconds * 1000,
    rowsPerBatch: observationRowsPerBatch,
  });
  await delay(seconds * 1000);
  const { acknowledgedRows } = await crew.report();
  return `${perSecond(acknowledgedRows - before, begunMs)} rows/s`;
}

async function measureReturn({ site, crew }: Scene): Promise<string> {
  await site.end("SIGKILL");
  const killedMs = nowMs();
  await site.start();
  const readyMs = nowMs();
  await crew.all({ do: "await-all", afterMs: readyMs });
  const { lastWelcomeMs } = await crew.report();
  const s = (ms: number): string => (ms / 1000).toFixed(1);
  return `${s(lastWelcomeMs - killedMs)} s, of which the server's start ${s(readyMs - killedMs)} s`;
}

/** One phase must not pay for what the one before left to do. */
async function allTasksOver({ db }: ControllerSite): Promise<void> {
  for (;;) {
    const [open] = await db.query("select from agent_tasks where ended_at is null limit 1");
    if (open === undefined) return;
    await delay(100);
  }
}

function perSecond(count: number, begunMs: number): string {
  return Math.round((count / (nowMs() - begunMs)) * 1000).toLocaleString("en");
}
