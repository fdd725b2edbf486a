import { useQuery } from "@connectrpc/connect-query";
import type { Task, TaskState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ExperimentName } from "../../components/experiment-name.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { usePaging } from "../../components/use-paging.ts";
import { HostName } from "./host-name.tsx";
import { actionWord, TaskBadge } from "./task-badge.tsx";
import classes from "./tasks.module.css";

const hostColumn: Column<Task> = { key: "host", title: "Host", cell: ({ hostId }) => <HostName hostId={hostId} /> };

const columns: readonly Column<Task>[] = [
  {
    key: "task",
    title: "Task",
    cell: ({ taskId, kind, action, subject }) => (
      <Link to={`/tasks/${taskId}`}>{`${actionWord(action)} ${kind} ${subject}`}</Link>
    ),
  },
  { key: "state", title: "State", cell: ({ state }) => <TaskBadge state={state} /> },
  hostColumn,
  { key: "tries", title: "Tries", align: "end", cell: ({ attempt, maxAttempts }) => `${attempt} of ${maxAttempts}` },
  { key: "message", title: "Said last", cell: ({ message }) => <div className={classes.message}>{message}</div> },
  {
    key: "experiment",
    title: "Experiment",
    cell: ({ experimentId }) => (experimentId === "" ? "" : <ExperimentName experimentId={experimentId} />),
  },
  { key: "created", title: "Asked for", cell: ({ createTime }) => <TimeText time={createTime} relative /> },
  { key: "ended", title: "Ended", cell: ({ endTime }) => <TimeText time={endTime} relative none="not yet" /> },
];

/** Tasks, newest first. */
export function TaskTable({
  filter,
  pageSize,
  withHost = true,
}: {
  filter: { hostId?: string; experimentId?: string; states?: TaskState[] };
  pageSize: number;
  withHost?: boolean;
}) {
  const { pageToken, paging } = usePaging(JSON.stringify(filter));
  const query = useQuery(
    FleetService.method.listTasks,
    { pageSize, pageToken, ...filter },
    { placeholderData: keepPreviousData },
  );
  return (
    <QueryView query={query} lines={3}>
      {({ tasks, nextPageToken }) =>
        tasks.length === 0 ? (
          <EmptyState title="There are no such tasks" detail="Ended ones are forgotten after a week." />
        ) : (
          <DataTable
            label="Tasks"
            columns={withHost ? columns : columns.filter((column) => column !== hostColumn)}
            rows={tasks}
            rowKey={({ taskId }) => taskId}
            rowHref={({ taskId }) => `/tasks/${taskId}`}
            paging={paging(nextPageToken)}
          />
        )
      }
    </QueryView>
  );
}
