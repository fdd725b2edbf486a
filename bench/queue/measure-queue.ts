import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { nowMs } from "../report/monotonic.ts";
import type { QueueDriver } from "./queue-driver.ts";

/** What an open loop gave: latencies in milliseconds from the commit to the job's beginning, and the share of jobs that began in time. */
export type OpenLoop = { latenciesMs: number[]; servedRatio: number };

const addChunk = 5_000;
const flowChunk = 1_000;
const stepMs = 10;

/** Adds jobs while no worker runs, then starts one. Gives jobs a second, of adding and of doing. */
export async function burnDown(driver: QueueDriver, jobs: number): Promise<{ addRate: number; doRate: number }> {
  let begun = 0;
  const addMs = nowMs();
  for (let added = 0; added < jobs; added += addChunk) {
    await driver.add("burn-down", Math.min(addChunk, jobs - added));
  }
  const startMs = nowMs();
  driver.onJob(() => {
    begun += 1;
  });
  await driver.start();
  while (begun < jobs || (await driver.left()) > 0) await delay(begun < jobs ? stepMs : 50);
  if (begun !== jobs) throw new Error(`${begun} jobs began of ${jobs}; the figure would mean nothing`);
  return { addRate: (jobs / (startMs - addMs)) * 1000, doRate: (jobs / (nowMs() - startMs)) * 1000 };
}

/**
 * Adds jobs as fast as they can be added while the worker runs. Gives jobs a
 * second, from the first added to the last done; those not done within
 * `patienceMs` do not count.
 */
export async function flow(driver: QueueDriver, jobs: number, patienceMs: number): Promise<number> {
  let begun = 0;
  driver.onJob(() => {
    begun += 1;
  });
  const beginMs = nowMs();
  for (let added = 0; added < jobs; added += flowChunk) await driver.add("flow", Math.min(flowChunk, jobs - added));
  // Asking costs the more the more was done; what began is known without.
  while (begun < jobs && nowMs() - beginMs < patienceMs) await delay(stepMs);
  let left = await driver.left();
  while (left > 0 && nowMs() - beginMs < patienceMs) {
    await delay(50);
    left = await driver.left();
  }
  return ((jobs - left) / (nowMs() - beginMs)) * 1000;
}

/**
 * Adds jobs at a fixed rate whether or not the worker keeps up, and waits for
 * what is left, 30 s at most. Latencies are those of the last half.
 */
export async function openLoop(driver: QueueDriver, load: { rate: number; seconds: number }): Promise<OpenLoop> {
  const { rate, seconds } = load;
  const commits = new Map<string, number>();
  const latenciesMs: number[] = [];
  let counted = 0;
  let served = 0;
  const beginMs = nowMs();
  const halfMs = beginMs + seconds * 500;
  const endMs = beginMs + seconds * 1000;
  const batches = new Map<string, number>();
  driver.onJob((batch) => {
    const sentMs = batches.get(batch);
    if (sentMs === undefined || sentMs < halfMs) return;
    const atMs = nowMs();
    // The commit may be known here only after the job has begun.
    latenciesMs.push(Math.max(0, atMs - (commits.get(batch) ?? atMs)));
    if (atMs <= endMs + 1_000) served += 1;
  });
  const underWay = new Set<Promise<void>>();
  let asked = 0;
  for (let step = 0; nowMs() < endMs; step++) {
    const due = Math.floor(((nowMs() - beginMs) / 1000) * rate) - asked;
    if (due > 0) {
      asked += due;
      const batch = `${beginMs}/${step}`;
      batches.set(batch, nowMs());
      if (nowMs() >= halfMs) counted += due;
      const work: Promise<void> = driver.add(batch, due).then(() => void commits.set(batch, nowMs()));
      underWay.add(work);
      void work.finally(() => underWay.delete(work));
    }
    await delay(stepMs);
  }
  await Promise.all(underWay);
  const patienceMs = nowMs() + 30_000;
  while ((await driver.left()) > 0 && nowMs() < patienceMs) await delay(100);
  return { latenciesMs, servedRatio: counted === 0 ? 0 : served / counted };
}

/** Opens a transaction that holds back the oldest row version anyone may need. */
export async function holdTransaction(url: string): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("begin isolation level repeatable read");
  await client.query("select pg_current_xact_id()");
  return {
    async release() {
      await client.query("rollback");
      await client.end();
    },
  };
}
