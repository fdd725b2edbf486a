import { setTimeout as delay } from "node:timers/promises";
import { createControllerSite } from "../fleet/controller-site.ts";
import { createCrew } from "../fleet/crew.ts";
import { commitBatch } from "../fleet/task-producer.ts";
import { nowMs } from "../report/monotonic.ts";

const batch = 500;
/** Batches enqueued at a time. */
const producers = 2;

/**
 * Measures durable dispatch from end to end: a real server, simulated agents on
 * streams of their own, tasks for all of them in turn. Gives tasks a second of
 * each run, from the first enqueued to the last whose report is stored.
 */
export async function measureDispatch(load: { agents: number; tasks: number; runs: number }): Promise<number[]> {
  const { agents, tasks, runs } = load;
  const site = await createControllerSite();
  const crew = await createCrew(2, { host: "127.0.0.1", port: site.agentPort });
  try {
    await site.start();
    const { secret } = await site.client.fleet.createEnrollmentToken({ maxUses: agents });
    const names = Array.from({ length: agents }, (_, index) => `sim-${index}`);
    const hostIds = (await crew.enroll(names, secret, 32)).map(({ hostId }) => hostId);
    await crew.all({ do: "dial", count: Math.ceil(agents / 2), atOnce: 32 });
    const rates: number[] = [];
    for (let run = 0; run < runs; run++) {
      const begunMs = nowMs();
      let asked = 0;
      const produce = async (): Promise<void> => {
        while (asked < tasks) {
          const first = asked;
          asked += batch;
          const hosts = Array.from({ length: batch }, (_, index) => hostIds[(first + index) % agents] ?? "");
          await commitBatch(site.db, hosts, new Map());
        }
      };
      await Promise.all(Array.from({ length: producers }, produce));
      while ((await site.db.query("select from agent_tasks where ended_at is null limit 1")).length > 0)
        await delay(10);
      rates.push((asked / (nowMs() - begunMs)) * 1000);
      const { doubleEffects } = await crew.report();
      if (doubleEffects > 0)
        throw new Error(`${doubleEffects} tries had more than one effect; the figure would mean nothing`);
    }
    return rates;
  } finally {
    await crew.stop();
    await site.close();
  }
}
