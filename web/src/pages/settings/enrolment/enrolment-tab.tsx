import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useMutation, useQuery } from "@connectrpc/connect-query";
import { Button } from "@mantine/core";
import type { EnrollmentToken } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmDialog } from "../../../components/confirm-dialog.tsx";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { TimeText } from "../../../components/time-text.tsx";
import { toastDone } from "../../../components/toast.tsx";
import { useNow } from "../../../components/use-now.ts";
import { usePaging } from "../../../components/use-paging.ts";
import { readAnew } from "../../../data/read-anew.ts";
import { useMay } from "../../../data/use-session.ts";
import { formatLabels } from "../labels.ts";
import classes from "../settings.module.css";
import { CreateEnrolment } from "./create-enrolment.tsx";
import { InstallAgent } from "./install-agent.tsx";

/** Tokens with which hosts join the fleet. */
export function EnrolmentTab() {
  const [creating, setCreating] = useState(false);
  const [secret, setSecret] = useState<string>();
  const [revoking, setRevoking] = useState<EnrollmentToken>();
  const mayCreate = useMay(FleetService.method.createEnrollmentToken);
  const mayRevoke = useMay(FleetService.method.revokeEnrollmentToken);
  const revoke = useMutation(FleetService.method.revokeEnrollmentToken);
  const now = useNow();
  const { pageToken, paging } = usePaging("enrolment");
  const query = useQuery(
    FleetService.method.listEnrollmentTokens,
    { pageSize: 50, pageToken },
    { placeholderData: keepPreviousData },
  );
  const works = (token: EnrollmentToken): boolean => stateOf(token, now).works;
  const columns: readonly Column<EnrollmentToken>[] = [
    { key: "id", title: "Token", cell: ({ tokenId }) => <code>{tokenId}</code> },
    {
      key: "state",
      title: "State",
      cell: (token) => {
        const { tone, words } = stateOf(token, now);
        return <StatusBadge tone={tone}>{words}</StatusBadge>;
      },
    },
    { key: "left", title: "Hosts left", align: "end", cell: ({ usesLeft }) => usesLeft },
    { key: "labels", title: "Labels they get", cell: ({ labels }) => formatLabels(labels) },
    { key: "ends", title: "Ends", cell: ({ expireTime }) => <TimeText time={expireTime} relative /> },
    { key: "made", title: "Made", cell: ({ createTime }) => <TimeText time={createTime} relative /> },
    {
      key: "acts",
      title: <span className="px-visually-hidden">What can be done</span>,
      align: "end",
      cell: (token) =>
        mayRevoke &&
        works(token) && (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Take ${token.tokenId} back`}
            onClick={() => setRevoking(token)}
          >
            Take back
          </Button>
        ),
    },
  ];
  return (
    <>
      <div className={classes.head}>
        <p>
          An agent gives its token once, when it first starts on a host, and has a credential of its own from then on.
          Hosts that have joined stay when a token ends.
        </p>
        {mayCreate && <Button onClick={() => setCreating(true)}>Let hosts join</Button>}
      </div>
      <QueryView query={query}>
        {({ tokens, nextPageToken }) =>
          tokens.length === 0 ? (
            <EmptyState
              title="There are no enrolment tokens"
              detail="A new one comes with the line that starts an agent."
            />
          ) : (
            <DataTable
              label="Enrolment tokens"
              columns={columns}
              rows={tokens}
              rowKey={({ tokenId }) => tokenId}
              paging={paging(nextPageToken)}
            />
          )
        }
      </QueryView>
      <CreateEnrolment opened={creating} onClose={() => setCreating(false)} onCreated={setSecret} />
      <InstallAgent secret={secret} onClose={() => setSecret(undefined)} />
      <ConfirmDialog
        opened={revoking !== undefined}
        title={`Take ${revoking?.tokenId ?? ""} back`}
        confirm="Take it back"
        destructive
        onClose={() => setRevoking(undefined)}
        onConfirm={async ({ requestId, reason }) => {
          if (revoking === undefined) return;
          await revoke.mutateAsync({ tokenId: revoking.tokenId, requestId, reason });
          toastDone("The token was taken back.");
          await readAnew(FleetService);
        }}
      >
        No more hosts join with it. Those that have joined stay.
      </ConfirmDialog>
    </>
  );
}

function stateOf(
  { revoked, usesLeft, expireTime }: EnrollmentToken,
  nowMs: number,
): { works: boolean; tone: "good" | "bad" | "idle"; words: string } {
  if (revoked) return { works: false, tone: "bad", words: "Taken back" };
  if (usesLeft === 0) return { works: false, tone: "idle", words: "Used up" };
  if (expireTime !== undefined && timestampMs(expireTime) <= nowMs)
    return { works: false, tone: "idle", words: "Over" };
  return { works: true, tone: "good", words: "Works" };
}
