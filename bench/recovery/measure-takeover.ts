import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { DatabaseServer } from "../queue/database-server.ts";
import { nowMs } from "../report/monotonic.ts";
import { recoveryQueues } from "./recovery-queues.ts";

/**
 * Kills a worker while it does a job, with another worker beside it that is
 * there for the next. Gives the seconds until the job begins there; undefined
 * when it does not within `patienceSeconds`.
 */
export async function measureTakeover(
  server: DatabaseServer,
  queueName: string,
  patienceSeconds: number,
): Promise<number | undefined> {
  const queue = recoveryQueues[queueName];
  if (queue === undefined) throw new Error(`there is no queue ${queueName}`);
  const url = await server.createDatabase();
  const driver = await queue.open(url);
  const workers: ChildProcess[] = [];
  const startWorker = async (what: "hang" | "serve"): Promise<ChildProcess> => {
    const worker = fork(new URL("./worker-process.ts", import.meta.url), [queueName, url, what]);
    workers.push(worker);
    await hear(worker, "ready", 30_000);
    return worker;
  };
  try {
    const first = await startWorker("hang");
    const begun = hear(first, "began", 30_000);
    await driver.add("recovery", 1);
    if (!(await begun)) throw new Error(`${queueName} did not begin a job within 30 s`);
    const second = await startWorker("serve");
    const again = hear(second, "began", patienceSeconds * 1000);
    const killedMs = nowMs();
    await kill(first);
    return (await again) ? (nowMs() - killedMs) / 1000 : undefined;
  } finally {
    await Promise.all(workers.map(kill));
    await driver.stop();
    await server.dropDatabase(url);
  }
}

/** True once the worker says it, false when the time is over before. */
function hear(worker: ChildProcess, word: string, patienceMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (heard: boolean): void => {
      clearTimeout(timer);
      worker.off("message", onMessage);
      resolve(heard);
    };
    const onMessage = (said: unknown): void => {
      if (said === word) end(true);
    };
    const timer = setTimeout(() => end(false), patienceMs);
    worker.on("message", onMessage);
  });
}

async function kill(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = once(worker, "exit");
  worker.kill("SIGKILL");
  await ended;
}
