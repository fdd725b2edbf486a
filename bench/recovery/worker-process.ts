/*
 * Child process of the recovery bench: the worker of one queue. It says "began"
 * when a job begins and, as its third argument wishes, never ends the job.
 */
import { recoveryQueues } from "./recovery-queues.ts";

const [queueName = "", url = "", what = ""] = process.argv.slice(2);
const queue = recoveryQueues[queueName];
if (queue === undefined) throw new Error(`there is no queue ${queueName}`);
process.once("disconnect", () => process.exit());
const driver = await queue.open(url);
driver.onJob(async () => {
  process.send?.("began");
  if (what === "hang") await new Promise(() => undefined);
});
await driver.start();
process.send?.("ready");
