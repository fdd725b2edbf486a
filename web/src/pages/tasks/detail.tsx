import { createClient } from "@connectrpc/connect";
import { useQuery, useTransport } from "@connectrpc/connect-query";
import { Button } from "@mantine/core";
import type { Task } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { DefinitionList } from "../../components/definition-list.tsx";
import { ExperimentName } from "../../components/experiment-name.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Panel } from "../../components/panel.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { toastDone } from "../../components/toast.tsx";
import { useMay } from "../../data/use-session.ts";
import { HostName } from "./host-name.tsx";
import { actionWord, isOpen, TaskBadge } from "./task-badge.tsx";

const parent = { to: "/tasks", title: "Tasks" };

/** The page of one task. */
export default function TaskPage() {
  const { taskId = "" } = useParams({ strict: false }) as { taskId?: string };
  const query = useQuery(FleetService.method.getTask, { taskId });
  const task = query.data?.task;
  return (
    <>
      {task === undefined ? (
        <PageHeader title="Task" parent={parent} />
      ) : (
        <PageHeader
          title={`${actionWord(task.action)} ${task.kind} ${task.subject}`}
          parent={parent}
          lead={<TaskBadge state={task.state} />}
          actions={<CancelButton task={task} />}
        />
      )}
      <QueryView query={query}>{({ task: known }) => known !== undefined && <Facts task={known} />}</QueryView>
    </>
  );
}

function Facts({ task }: { task: Task }) {
  return (
    <Panel title="What is known of it">
      <DefinitionList
        facts={[
          ["Host", <HostName key="host" hostId={task.hostId} />],
          ["Said last", task.message],
          [
            "Tries",
            task.attempt === 0
              ? `none begun, ${task.maxAttempts} at most`
              : `${task.attempt} begun, ${task.maxAttempts} at most`,
          ],
          ["Given to its agent last", <TimeText key="assigned" time={task.assignTime} none="not yet" />],
          ["Asked for", <TimeText key="asked" time={task.createTime} />],
          ["Ended", <TimeText key="ended" time={task.endTime} none="not yet" />],
          ["Not begun after", task.expireTime === undefined ? "" : <TimeText key="expires" time={task.expireTime} />],
          ["Priority", String(task.priority)],
          [
            "Experiment",
            task.experimentId === "" ? "" : <ExperimentName key="experiment" experimentId={task.experimentId} />,
          ],
          ["Id", <code key="id">{task.taskId}</code>],
        ]}
      />
    </Panel>
  );
}

function CancelButton({ task: { taskId, state } }: { task: Task }) {
  const [asked, setAsked] = useState(false);
  const may = useMay(FleetService.method.cancelTask);
  const transport = useTransport();
  const queries = useQueryClient();
  if (!may || !isOpen(state)) return null;
  return (
    <>
      <Button variant="default" onClick={() => setAsked(true)}>
        Cancel the task
      </Button>
      <ConfirmDialog
        opened={asked}
        title="Call the task off?"
        confirm="Call it off"
        destructive
        reason="required"
        onClose={() => setAsked(false)}
        onConfirm={async ({ reason, requestId }) => {
          await createClient(FleetService, transport).cancelTask({ taskId, reason, requestId });
          toastDone("The task is called off.");
          await queries.invalidateQueries();
        }}
      >
        Its agent is told to stop where it already works on it. Whatever asked for it learns that it was cancelled.
      </ConfirmDialog>
    </>
  );
}
