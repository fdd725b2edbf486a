import { create } from "@bufbuild/protobuf";
import { TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { TaskState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { ListTasksResponseSchema } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { enumWord, formatAge } from "@phoenix/report/quantities";
import { Command } from "commander";
import { allPages } from "../client/all-pages.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printMessage } from "../output/output.ts";
import { renderTable } from "../output/table.ts";
import { contextOf, withServerOptions } from "./context.ts";

/** `phoenix task ...`. */
export function taskCommand(): Command {
  const command = new Command("task").description("the work given to agents: list");
  command.addCommand(
    withServerOptions(
      new Command("list")
        .description("list tasks, newest first")
        .option("--host <id-or-name>", "only tasks of this host")
        .option("--experiment <id>", "only tasks of this experiment")
        .option("--limit <number>", "at most this many", "50")
        .action(list),
    ),
  );
  return command;
}

async function list(options: { host?: string; experiment?: string; limit: string }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const limit = Number(options.limit);
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new CommandError(`--limit takes a whole number from 1, not "${options.limit}"`, exitCodes.usage);
  }
  const tasks = await allPages(async (pageToken) => {
    const page = await client.fleet.listTasks({
      pageToken,
      hostId: options.host ?? "",
      experimentId: options.experiment ?? "",
    });
    return { items: page.tasks, nextPageToken: page.nextPageToken };
  }, limit);
  printMessage(terminal, format, ListTasksResponseSchema, create(ListTasksResponseSchema, { tasks }), () =>
    renderTable(
      ["task", "host", "what", "subject", "state", "attempt", "age", "message"],
      tasks.map((task) => [
        task.taskId,
        task.hostId,
        `${enumWord(TaskAction, task.action).toLowerCase()} ${task.kind}`,
        task.subject,
        enumWord(TaskState, task.state).toLowerCase(),
        `${task.attempt}/${task.maxAttempts}`,
        formatAge(task.createTime),
        task.message.split("\n")[0] ?? "",
      ]),
      "There are no tasks.",
    ),
  );
}
