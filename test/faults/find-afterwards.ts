import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { PhoenixClient } from "@phoenix/cli/client";
import type { Database } from "@phoenix/platform/database";
import type { Operation } from "./history/index.ts";

/** What is stored of tasks, tries and observations, when all is quiet. */
export async function findAfterwards(db: Database, client: PhoenixClient, experimentId: string): Promise<Operation[]> {
  const tasks = await db.query<{ task_id: string; state: string }>("SELECT task_id, state FROM agent_tasks");
  const tries = await db.query<{ task_id: string; attempt: number; outcome: string; message: string }>(
    "SELECT task_id, attempt, outcome, message FROM agent_task_attempts",
  );
  const found: Operation[] = [
    ...tasks.map(({ task_id, state }): Operation => ({ kind: "task-found", taskId: task_id, state })),
    ...tries.map(({ task_id, attempt, outcome, message }): Operation => {
      const [, reportId = null] = /^report (\S+)/.exec(message) ?? [];
      return { kind: "attempt-found", taskId: task_id, attempt, outcome, reportId };
    }),
  ];
  let pageToken = "";
  do {
    const panel = await client.benchmark.getPanel({ experimentId, pageToken });
    for (const { hostId, windows } of panel.arms) {
      for (const { windowStart, dataPoints } of windows) {
        const startMs = windowStart === undefined ? 0 : timestampMs(windowStart);
        found.push({ kind: "observation-found", key: `${hostId} ${startMs}`, count: Number(dataPoints) });
      }
    }
    pageToken = panel.nextPageToken;
  } while (pageToken !== "");
  return found;
}
