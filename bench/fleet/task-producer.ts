import { setTimeout as delay } from "node:timers/promises";
import { enqueueTasks, type NewTask } from "@phoenix/controller/tasks";
import { TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { nowMs } from "../report/monotonic.ts";

/** When each batch was committed, in milliseconds of the shared clock: just before COMMIT was said, so no latency is too small. */
export type Commits = Map<string, { atMs: number; tasks: number }>;

let made = 0;

/** Enqueues a task for each of these hosts in one transaction, by the controller's own code. */
export async function commitBatch(
  db: Database,
  hostIds: readonly string[],
  commits: Commits,
  how: Pick<NewTask, "maxAttempts"> = {},
): Promise<void> {
  made += 1;
  const batch = `batch-${made}`;
  const tasks = hostIds.map((hostId, index) => ({ ...taskFor(hostId, batch, index), ...how }));
  let atMs = 0;
  await db.transaction(async (tx) => {
    await enqueueTasks(tx, tasks);
    atMs = nowMs();
  });
  commits.set(batch, { atMs, tasks: hostIds.length });
}

/**
 * Enqueues at a fixed rate whether or not anybody keeps up, every 10 ms what is
 * due by then, to hosts drawn at random. Gives the commits.
 */
export async function commitAtRate(
  db: Database,
  hostIds: readonly string[],
  { rate, seconds }: { rate: number; seconds: number },
): Promise<Commits> {
  const commits: Commits = new Map();
  const begunMs = nowMs();
  const underWay = new Set<Promise<void>>();
  let asked = 0;
  for (;;) {
    const elapsedMs = nowMs() - begunMs;
    const due = Math.floor((Math.min(elapsedMs, seconds * 1000) / 1000) * rate) - asked;
    if (due > 0) {
      asked += due;
      const hosts = Array.from({ length: due }, () => hostIds[Math.floor(Math.random() * hostIds.length)] ?? "");
      const work: Promise<void> = commitBatch(db, hosts, commits).finally(() => underWay.delete(work));
      underWay.add(work);
    }
    if (elapsedMs >= seconds * 1000) break;
    await delay(10);
  }
  await Promise.all(underWay);
  return commits;
}

/** How long each try took from the commit of its task to its agent, in milliseconds. */
export function latenciesOf(commits: Commits, received: readonly [batch: string, atMs: number[]][]): number[] {
  return received.flatMap(([batch, times]) => {
    const commit = commits.get(batch);
    return commit === undefined ? [] : times.map((atMs) => atMs - commit.atMs);
  });
}

/** A subject each, since those of one subject wait for each other. */
function taskFor(hostId: string, batch: string, index: number): NewTask {
  const subjectName = `${batch}-${index}`;
  const value = { collectorId: subjectName, configDigest: "a".repeat(64), pipeline: batch };
  return {
    hostId,
    kind: "collector",
    action: TaskAction.START,
    subject: { case: "collector", value },
    subjectName,
  };
}
