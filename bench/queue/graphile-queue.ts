import { Logger, makeWorkerUtils, type Runner, run } from "graphile-worker";
import type { Job, Queue, QueueDriver } from "./queue-driver.ts";

const one = { concurrentJobs: 24, maxPoolSize: 10 };
const many = { ...one, localQueue: { size: 500 }, completeJobBatchDelay: 0 };

/** graphile-worker with the batching its own page on performance recommends (worker.graphile.org/docs/performance). */
export const graphileQueue: Queue = {
  name: "graphile-worker",
  settings: "concurrentJobs 24, localQueue 500, completeJobBatchDelay 0",
  open: (url) => openGraphile(url, many),
};

/** graphile-worker that fetches and completes each job by itself, which is its default. */
export const plainGraphileQueue: Queue = {
  name: "graphile-worker plain",
  settings: "concurrentJobs 24",
  shareOfJobs: 4,
  open: (url) => openGraphile(url, one),
};

async function openGraphile(url: string, settings: typeof one): Promise<QueueDriver> {
  const logger = new Logger(() => () => undefined);
  const utils = await makeWorkerUtils({ connectionString: url, logger });
  await utils.migrate();
  let runner: Runner | undefined;
  let onJob: Job = () => undefined;
  return {
    async add(batch, count) {
      await utils.addJobs(Array.from({ length: count }, () => ({ identifier: "job", payload: { batch } })));
    },
    async start() {
      runner = await run({
        connectionString: url,
        logger,
        noHandleSignals: true,
        crontab: "",
        taskList: { job: async (payload) => onJob((payload as { batch: string }).batch) },
        preset: { worker: settings },
      });
    },
    onJob(job) {
      onJob = job;
    },
    left: () =>
      utils.withPgClient(async (client) => {
        const { rows } = await client.query<{ count: string }>("select count(*) from graphile_worker._private_jobs");
        return Number(rows[0]?.count);
      }),
    async stop() {
      await runner?.stop();
      await utils.release();
    },
  };
}
