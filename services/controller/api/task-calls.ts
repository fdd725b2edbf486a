import type { ServiceImpl } from "@connectrpc/connect";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, type PhoenixError, phoenixError } from "@phoenix/platform/errors";
import { getHostRecord } from "../fleet/index.ts";
import { cancelTask, getTask, listTasks, type TaskEndListener } from "../tasks/index.ts";
import { answerOnce } from "./answer-once.ts";
import { cutPage, numberOfPageToken, pageSizeOf, pageTokenFor } from "./page-token.ts";
import { storedTaskState, taskMessage } from "./task-message.ts";

type Fleet = ServiceImpl<typeof FleetService>;

const taskList = "tasks";

/** The calls about tasks. */
export function createTaskCalls(
  db: Database,
  onTaskEnd: TaskEndListener,
): Pick<Fleet, "listTasks" | "getTask" | "cancelTask"> {
  return {
    async listTasks(request) {
      const pageSize = pageSizeOf(request.pageSize);
      const before = numberOfPageToken(taskList, request.pageToken);
      const states = request.states.flatMap((state) => storedTaskState(state) ?? []);
      const { hostId, experimentId } = request;
      // Tasks outlive their host, so an id that no host has any more still lists them.
      const host = hostId === "" ? null : await getHostRecord(db, hostId);
      const filter = {
        ...(hostId === "" ? {} : { hostId: host?.hostId ?? hostId }),
        ...(experimentId === "" ? {} : { experimentId }),
        ...(request.states.length === 0 ? {} : { states }),
      };
      const { page, last } = cutPage(await listTasks(db, filter, before, pageSize + 1), pageSize);
      const nextPageToken = last === undefined ? "" : pageTokenFor(taskList, last.taskSeq.toString());
      return { tasks: page.map(taskMessage), nextPageToken };
    },
    async getTask({ taskId }) {
      const task = await getTask(db, taskId);
      if (task === null) throw taskNotFound(taskId);
      return { task: taskMessage(task) };
    },
    async cancelTask(request) {
      return answerOnce(db, FleetService.method.cancelTask, request, async (tx) => {
        const { taskId, reason } = request;
        await cancelTask(tx, taskId, reason === "" ? "called off by a user" : reason, onTaskEnd);
        const task = await getTask(tx, taskId);
        if (task === null) throw taskNotFound(taskId);
        return { task: taskMessage(task) };
      });
    },
  };
}

function taskNotFound(taskId: string): PhoenixError {
  return phoenixError(
    ErrorReason.TASK_NOT_FOUND,
    `No task has the id ${JSON.stringify(taskId)}. List the tasks to see the ones there are.`,
    { metadata: { taskId } },
  );
}
