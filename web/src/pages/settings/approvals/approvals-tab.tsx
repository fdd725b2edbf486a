import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useMutation, useQuery } from "@connectrpc/connect-query";
import { Button, Checkbox } from "@mantine/core";
import type { Approval } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { ApprovalSummary } from "../../../components/approval-summary.tsx";
import { ConfirmDialog } from "../../../components/confirm-dialog.tsx";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { TimeText } from "../../../components/time-text.tsx";
import { toastDone } from "../../../components/toast.tsx";
import { useNow } from "../../../components/use-now.ts";
import { usePaging } from "../../../components/use-paging.ts";
import { queryClient } from "../../../data/query-client.ts";
import { useSearchState } from "../../../data/use-search-state.ts";
import { useMay, useSession } from "../../../data/use-session.ts";
import classes from "../settings.module.css";

const defaults = { show: "waiting" };

/** What someone asked for and waits for a second person. */
export function ApprovalsTab() {
  const [{ show }, setSearch] = useSearchState(defaults);
  const [deciding, setDeciding] = useState<{ approval: Approval; approve: boolean }>();
  const session = useSession();
  const own = session.state === "in" ? session.identity?.name : undefined;
  const mayDecide = useMay(AuthService.method.decideApproval);
  const decide = useMutation(AuthService.method.decideApproval);
  const takesBack = deciding !== undefined && deciding.approval.requester === own;
  const now = useNow();
  const { pageToken, paging } = usePaging(show);
  const query = useQuery(
    AuthService.method.listApprovals,
    { pageSize: 50, pageToken, decided: show === "all" },
    { placeholderData: keepPreviousData },
  );
  const columns: readonly Column<Approval>[] = [
    {
      key: "what",
      title: "Asked for",
      cell: (approval) => (
        <div className={classes.cell}>
          <span className={classes.name}>
            <ApprovalSummary {...approval} />
          </span>
          {approval.reason !== "" && <span className={classes.sub}>Reason: {approval.reason}</span>}
        </div>
      ),
    },
    { key: "who", title: "By", cell: ({ requester }) => requester },
    { key: "when", title: "When", cell: ({ createTime }) => <TimeText time={createTime} relative /> },
    { key: "state", title: "State", cell: (approval) => <ApprovalState approval={approval} now={now} /> },
    {
      key: "acts",
      title: <span className="px-visually-hidden">What can be done</span>,
      align: "end",
      cell: (approval) =>
        mayDecide &&
        isWaiting(approval, now) && (
          <span className={classes.acts}>
            {approval.requester !== own && (
              <Button size="compact-xs" onClick={() => setDeciding({ approval, approve: true })}>
                Approve
              </Button>
            )}
            <Button size="compact-xs" variant="default" onClick={() => setDeciding({ approval, approve: false })}>
              {approval.requester === own ? "Take it back" : "Refuse"}
            </Button>
          </span>
        ),
    },
  ];
  return (
    <>
      <div className={classes.head}>
        <p>
          Where four eyes are asked for, what someone asks for is done once another person approves it. Nobody approves
          what they asked for.
        </p>
      </div>
      <Checkbox
        label="Those decided, too"
        checked={show === "all"}
        mb="md"
        onChange={(event) => setSearch({ show: event.currentTarget.checked ? "all" : "waiting" })}
      />
      <QueryView query={query}>
        {({ approvals, nextPageToken }) =>
          approvals.length === 0 ? (
            <EmptyState
              title={show === "all" ? "Nobody has asked for anything" : "Nothing waits for a second person"}
            />
          ) : (
            <DataTable
              label="Approvals"
              columns={columns}
              rows={approvals}
              rowKey={({ approvalId }) => approvalId}
              paging={paging(nextPageToken)}
            />
          )
        }
      </QueryView>
      <ConfirmDialog
        opened={deciding !== undefined}
        title={deciding?.approve ? "Approve it?" : takesBack ? "Take it back?" : "Refuse it?"}
        confirm={deciding?.approve ? "Approve and do it" : takesBack ? "Take it back" : "Refuse"}
        destructive={deciding?.approve === false}
        onClose={() => setDeciding(undefined)}
        onConfirm={async ({ reason, requestId }) => {
          if (deciding === undefined) return;
          const { approve } = deciding;
          const { approval } = await decide.mutateAsync({
            ...{ requestId, reason, approve },
            approvalId: deciding.approval.approvalId,
          });
          toastDone(approve ? `Approved: ${approval?.result}.` : takesBack ? "Taken back." : "Refused.");
          // What was approved may have changed anything.
          await queryClient.invalidateQueries();
        }}
      >
        {deciding !== undefined && <ApprovalSummary {...deciding.approval} />}
      </ConfirmDialog>
    </>
  );
}

function isWaiting({ decider, expireTime }: Approval, nowMs: number): boolean {
  return decider === "" && (expireTime === undefined || timestampMs(expireTime) > nowMs);
}

function ApprovalState({ approval, now }: { approval: Approval; now: number }) {
  const { approved, refused, decider, result, expireTime } = approval;
  if (isWaiting(approval, now)) {
    return (
      <>
        <StatusBadge tone="busy">Waits</StatusBadge>
        <span className={classes.sub}>
          ends <TimeText time={expireTime} relative />
        </span>
      </>
    );
  }
  if (refused) return <StatusBadge tone="bad">{`Refused by ${decider}`}</StatusBadge>;
  if (!approved) return <StatusBadge tone="idle">Waited too long</StatusBadge>;
  return (
    <>
      <StatusBadge tone="good">{`Approved by ${decider}`}</StatusBadge>
      {result !== "" && <span className={classes.sub}>{result}</span>}
    </>
  );
}
