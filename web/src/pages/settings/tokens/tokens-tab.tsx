import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useMutation, useQuery } from "@connectrpc/connect-query";
import { Button, Checkbox } from "@mantine/core";
import type { ApiToken } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmDialog } from "../../../components/confirm-dialog.tsx";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { SecretOnce } from "../../../components/secret-once.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { TimeText } from "../../../components/time-text.tsx";
import { toastDone } from "../../../components/toast.tsx";
import { useNow } from "../../../components/use-now.ts";
import { usePaging } from "../../../components/use-paging.ts";
import { readAnew } from "../../../data/read-anew.ts";
import { useSearchState } from "../../../data/use-search-state.ts";
import { useMay, useSession } from "../../../data/use-session.ts";
import { GrantList } from "../grants/grant-list.tsx";
import classes from "../settings.module.css";
import { CreateToken } from "./create-token.tsx";

const defaults = { of: "own" };

/** Tokens for programs: one's own, or all for an administrator. */
export function TokensTab() {
  const [{ of }, setSearch] = useSearchState(defaults);
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiToken>();
  const [secret, setSecret] = useState<{ name: string; text: string }>();
  const session = useSession();
  const own = session.state === "in" ? session.identity?.userId : undefined;
  const administers = useMay(AuthService.method.listUsers);
  const mayCreate = useMay(AuthService.method.createApiToken);
  const mayRevoke = useMay(AuthService.method.revokeApiToken);
  const revoke = useMutation(AuthService.method.revokeApiToken);
  const all = administers && of === "all";
  const { pageToken, paging } = usePaging(String(all));
  const query = useQuery(
    AuthService.method.listApiTokens,
    { pageSize: 50, pageToken, all },
    { placeholderData: keepPreviousData },
  );
  const columns: readonly Column<ApiToken>[] = [
    {
      key: "name",
      title: "Token",
      cell: ({ name, userId }) => (
        <div className={classes.cell}>
          <span className={classes.name}>{name}</span>
          <span className={classes.sub}>{ownerOf(userId, own)}</span>
        </div>
      ),
    },
    { key: "may", title: "May", cell: (token) => <TokenRights token={token} /> },
    { key: "state", title: "State", cell: (token) => <TokenState token={token} /> },
    { key: "ends", title: "Ends", cell: ({ expireTime }) => <TimeText time={expireTime} relative /> },
    { key: "used", title: "Used last", cell: ({ useTime }) => <TimeText time={useTime} relative /> },
    {
      key: "acts",
      title: <span className="px-visually-hidden">What can be done</span>,
      align: "end",
      cell: (token) =>
        mayRevoke &&
        !token.revoked && (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Revoke ${token.name}`}
            onClick={() => setRevoking(token)}
          >
            Revoke
          </Button>
        ),
    },
  ];
  return (
    <>
      <div className={classes.head}>
        <p>
          A program sends its token as <code>authorization: Bearer &lt;token&gt;</code>. It may never do more than
          whoever it acts for.
        </p>
        {mayCreate && <Button onClick={() => setCreating(true)}>Make a token</Button>}
      </div>
      {administers && (
        <Checkbox
          label="Those of others and of services, too"
          checked={all}
          mb="md"
          onChange={(event) => setSearch({ of: event.currentTarget.checked ? "all" : "own" })}
        />
      )}
      <QueryView query={query}>
        {({ tokens, nextPageToken }) =>
          tokens.length === 0 ? (
            <EmptyState
              title="There are no tokens"
              detail="A token lets a script or a service call what you may call."
            />
          ) : (
            <DataTable
              label="API tokens"
              columns={columns}
              rows={tokens}
              rowKey={({ tokenId }) => tokenId}
              paging={paging(nextPageToken)}
            />
          )
        }
      </QueryView>
      <CreateToken
        opened={creating}
        onClose={() => setCreating(false)}
        onCreated={(name, text) => setSecret({ name, text })}
      />
      <SecretOnce
        title={`Token ${secret?.name ?? ""}`}
        label="the token"
        secret={secret?.text}
        onClose={() => setSecret(undefined)}
      >
        <p>
          The command line takes it as <code>PHOENIX_TOKEN</code>.
        </p>
      </SecretOnce>
      <ConfirmDialog
        opened={revoking !== undefined}
        title={`Revoke ${revoking?.name ?? ""}`}
        confirm="Revoke the token"
        destructive
        reason="none"
        onClose={() => setRevoking(undefined)}
        onConfirm={async ({ requestId }) => {
          if (revoking === undefined) return;
          await revoke.mutateAsync({ tokenId: revoking.tokenId, requestId });
          toastDone(`Revoked ${revoking.name}.`);
          await readAnew(AuthService);
        }}
      >
        Whatever uses it is refused from now on. This cannot be taken back.
      </ConfirmDialog>
    </>
  );
}

function ownerOf(userId: string, own: string | undefined): string {
  if (userId === "") return "of a service";
  return userId === own ? "acts for you" : `acts for user ${userId}`;
}

function TokenRights({ token: { grants, scopes } }: { token: ApiToken }) {
  return (
    <>
      <GrantList grants={grants} none="nothing" />
      {scopes.length > 0 && <span className={classes.sub}>only {scopes.join(", ")}</span>}
    </>
  );
}

function TokenState({ token: { revoked, expireTime } }: { token: ApiToken }) {
  const now = useNow();
  if (revoked) return <StatusBadge tone="bad">Revoked</StatusBadge>;
  if (expireTime !== undefined && timestampMs(expireTime) <= now) return <StatusBadge tone="idle">Over</StatusBadge>;
  return <StatusBadge tone="good">Works</StatusBadge>;
}
