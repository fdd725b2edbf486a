import { Logger, makeWorkerUtils, type Runner, run } from "graphile-worker";
import type { Job, Queue } from "./queue-driver.ts";

const settings = { concurrentJobs: 24, maxPoolSize: 10, localQueue: { size: 500 }, completeJobBatchDelay: 0 };

/** graphile-worker with the batching its own page on performance recommends (worker.graphile.org/docs/performance). */
export const graphileQueue: Queue = {
  name: "graphile-worker",
  settings: "concurrentJobs 24, localQueue 500, completeJobBatchDelay 0",
  async open(url) {
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
  },
};
