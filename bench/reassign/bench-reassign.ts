import { setTimeout as delay } from "node:timers/promises";
import { enqueueTasks, type NewTask } from "@phoenix/controller/tasks";
import { TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { BenchOptions, Say } from "../bench-options.ts";
import { type ControllerSite, createControllerSite } from "../fleet/controller-site.ts";
import { type Crew, createCrew } from "../fleet/crew.ts";
import { nowMs } from "../report/monotonic.ts";

const changeEveryMs = 30_000;

/**
 * What operators of large fleets complain of elsewhere: every host is given another pipeline at once, and half of them
 * a new configuration every 30 s. What is asked: that all end on the newest, and none misses a heartbeat over it.
 */
export async function benchReassign(say: Say, options: BenchOptions): Promise<string> {
  const { agents = 10_000, seconds = 300 } = options;
  const site = await createControllerSite();
  const crew = await createCrew(2, { host: "127.0.0.1", port: site.agentPort });
  try {
    await site.start();
    const { secret } = await site.client.fleet.createEnrollmentToken({ maxUses: agents });
    const names = Array.from({ length: agents }, (_, index) => `reassign-${index}`);
    const hostIds = (await crew.enroll(names, secret, 64)).map(({ hostId }) => hostId);
    await crew.all({ do: "dial", count: Math.ceil(agents / 2), atOnce: 32 });
    await assign(site, hostIds, "first");
    await allOn(crew, "first", agents);
    say(`${agents} agents are connected and run a pipeline`);

    const begunMs = nowMs();
    await assign(site, hostIds, "second");
    const committedMs = nowMs();
    await allOn(crew, "second", agents);
    const atOnce = `${((nowMs() - begunMs) / 1000).toFixed(1)} s, of which the commit ${((committedMs - begunMs) / 1000).toFixed(1)} s`;
    say(`all reassigned after ${atOnce}`);

    const half = hostIds.slice(0, Math.ceil(agents / 2));
    const changes = Math.max(1, Math.floor((seconds * 1000) / changeEveryMs));
    const took: number[] = [];
    for (let change = 1; change <= changes; change++) {
      const startMs = nowMs();
      await assign(site, half, `change-${change}`);
      await allOn(crew, `change-${change}`, half.length);
      took.push(nowMs() - startMs);
      say(`change ${change} of ${changes} was everywhere after ${((took.at(-1) ?? 0) / 1000).toFixed(1)} s`);
      if (change < changes) await delay(Math.max(0, startMs + changeEveryMs - nowMs()));
    }
    const final = await inForce(crew);
    const { connected, doubleEffects, endings } = await crew.report();
    const lost = Object.entries(endings).map(([status, times]) => `${times} ${status}`);
    return [
      `${agents} simulated agents; server, PostgreSQL 18 and agents share the machine.`,
      "",
      "| | measured |",
      "|---|---|",
      `| all ${agents} hosts given another pipeline at once, until each runs it | ${atOnce} |`,
      `| ${half.length} hosts given a new configuration every 30 s, ${changes} times, until each runs it | slowest ${(Math.max(...took) / 1000).toFixed(1)} s |`,
      `| on the newest at the end | ${final.get(`change-${changes}`) ?? 0} of ${half.length}, the others as they were: ${final.get("second") ?? 0} |`,
      `| tries with more than one effect | ${doubleEffects} |`,
      `| agents connected at the end; streams that ended meanwhile | ${connected}; ${lost.join(", ") || "none"} |`,
    ].join("\n");
  } finally {
    await crew.stop();
    await site.close();
  }
}

/** Has hosts run a pipeline outside experiments, in one transaction. */
async function assign(site: ControllerSite, hostIds: readonly string[], pipeline: string): Promise<void> {
  const value = { collectorId: "active", configDigest: "a".repeat(64), pipeline };
  const tasks = hostIds.map(
    (hostId): NewTask => ({
      hostId,
      kind: "collector",
      action: TaskAction.UPDATE,
      subject: { case: "collector", value },
      subjectName: "active",
    }),
  );
  await site.db.transaction(async (tx) => {
    await enqueueTasks(tx, tasks);
  });
}

/** How many hosts run what, by the agents' own word. */
async function inForce(crew: Crew): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { hosts = {} } of await crew.all({ do: "in-force" })) {
    for (const [pipeline, count] of Object.entries(hosts)) counts.set(pipeline, (counts.get(pipeline) ?? 0) + count);
  }
  return counts;
}

/** Waits until as many hosts run a pipeline. @throws Error when they do not within two minutes. */
async function allOn(crew: Crew, pipeline: string, hosts: number): Promise<void> {
  const end = nowMs() + 120_000;
  for (;;) {
    const now = (await inForce(crew)).get(pipeline) ?? 0;
    if (now === hosts) return;
    if (nowMs() > end) throw new Error(`only ${now} of ${hosts} hosts run ${pipeline} after two minutes`);
    await delay(50);
  }
}
