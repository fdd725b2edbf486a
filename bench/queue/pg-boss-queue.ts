import { type Queue as BossQueue, type ConstructorOptions, PgBoss } from "pg-boss";
import type { Job, Queue, QueueDriver } from "./queue-driver.ts";

const queueName = "job";
const options = { batchSize: 500, localConcurrency: 2, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 };
const hundreds = { ...options, batchSize: 100 };
const singles = { ...options, batchSize: 1, localConcurrency: 10 };

/** pg-boss with batches, and with LISTEN/NOTIFY, which is off by default. */
export const pgBossQueue: Queue = {
  name: "pg-boss",
  settings: "batchSize 500, localConcurrency 2, burstWhenBatchFull, notify, polling every 0.5 s",
  open: (url) => openBoss(url, {}, {}),
};

/** pg-boss with batches of a hundred. */
export const hundredsPgBossQueue: Queue = {
  name: "pg-boss in batches of 100",
  settings: "batchSize 100, localConcurrency 2, burstWhenBatchFull",
  shareOfJobs: 1,
  open: (url) => openBoss(url, {}, {}, hundreds),
};

/** pg-boss that fetches and completes each job by itself, which is its default. */
export const singlePgBossQueue: Queue = {
  name: "pg-boss one by one",
  settings: "batchSize 1, localConcurrency 10, burstWhenBatchFull",
  shareOfJobs: 20,
  open: (url) => openBoss(url, {}, {}, singles),
};

/** pg-boss set up to notice a dead worker as soon as it can: its shortest heartbeat, looked after every second. */
export const watchfulPgBossQueue: Queue = {
  name: "pg-boss",
  settings: "heartbeatSeconds 10, superviseIntervalSeconds 1, monitorIntervalSeconds 1, polling every 0.5 s",
  open: (url) =>
    openBoss(url, { superviseIntervalSeconds: 1, monitorIntervalSeconds: 1 }, { heartbeatSeconds: 10, notify: false }),
};

async function openBoss(
  url: string,
  how: ConstructorOptions,
  queue: Omit<BossQueue, "name">,
  work: typeof options = options,
): Promise<QueueDriver> {
  const boss = new PgBoss({ connectionString: url, max: 10, useListenNotify: true, ...how });
  let failure: unknown;
  let onJob: Job = () => undefined;
  boss.on("error", (error) => {
    failure = error;
  });
  await boss.start();
  await boss.createQueue(queueName, { notify: true, ...queue });
  return {
    async add(batch, count) {
      await boss.insert(
        queueName,
        Array.from({ length: count }, () => ({ data: { batch } })),
      );
    },
    async start() {
      await boss.work<{ batch: string }>(queueName, work, async (jobs) => {
        for (const { data } of jobs) await onJob(data.batch);
      });
    },
    onJob(job) {
      onJob = job;
    },
    async left() {
      if (failure !== undefined) throw failure;
      const { rows } = await boss.getDb().executeSql(`select count(*) from pgboss.job where state < 'completed'`, []);
      return Number((rows[0] as { count: string }).count);
    },
    async stop() {
      await boss.stop({ graceful: true, timeout: 10_000 });
    },
  };
}
