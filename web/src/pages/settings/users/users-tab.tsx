import { useMutation, useQuery } from "@connectrpc/connect-query";
import { Button } from "@mantine/core";
import type { User } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
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
import { usePaging } from "../../../components/use-paging.ts";
import { readAnew } from "../../../data/read-anew.ts";
import { useMay, useSession } from "../../../data/use-session.ts";
import { GrantList } from "../grants/grant-list.tsx";
import classes from "../settings.module.css";
import { CreateUser } from "./create-user.tsx";
import { EditUser } from "./edit-user.tsx";

/** Who logs in, and what each may do. */
export function UsersTab() {
  const [creating, setCreating] = useState(false);
  const [editing, setEditing] = useState<User>();
  const [deleting, setDeleting] = useState<User>();
  const [given, setGiven] = useState<{ name: string; password: string }>();
  const session = useSession();
  const own = session.state === "in" ? session.identity?.userId : undefined;
  const mayCreate = useMay(AuthService.method.createUser);
  const mayUpdate = useMay(AuthService.method.updateUser);
  const mayDelete = useMay(AuthService.method.deleteUser);
  const remove = useMutation(AuthService.method.deleteUser);
  const { pageToken, paging } = usePaging("users");
  const query = useQuery(
    AuthService.method.listUsers,
    { pageSize: 50, pageToken },
    { placeholderData: keepPreviousData },
  );
  const columns: readonly Column<User>[] = [
    {
      key: "name",
      title: "Name",
      cell: ({ name, displayName, userId }) => (
        <div className={classes.cell}>
          <span className={classes.name}>{name}</span>
          {userId === own && <span className="px-dim"> (you)</span>}
          {displayName !== "" && <span className={classes.sub}>{displayName}</span>}
        </div>
      ),
    },
    { key: "roles", title: "Roles", cell: ({ grants }) => <GrantList grants={grants} none="may do nothing" /> },
    { key: "state", title: "State", cell: (user) => <UserState user={user} /> },
    { key: "login", title: "Logged in last", cell: ({ loginTime }) => <TimeText time={loginTime} relative /> },
    {
      key: "acts",
      title: <span className="px-visually-hidden">What can be done</span>,
      align: "end",
      cell: (user) => (
        <span className={classes.acts}>
          {mayUpdate && (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Change ${user.name}`}
              onClick={() => setEditing(user)}
            >
              Change
            </Button>
          )}
          {mayDelete && user.userId !== own && (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Delete ${user.name}`}
              onClick={() => setDeleting(user)}
            >
              Delete
            </Button>
          )}
        </span>
      ),
    },
  ];
  return (
    <>
      <div className={classes.head}>
        <p>A role counts everywhere, or on the hosts with some labels. One administrator always stays.</p>
        {mayCreate && <Button onClick={() => setCreating(true)}>Add a user</Button>}
      </div>
      <QueryView query={query}>
        {({ users, nextPageToken }) =>
          users.length === 0 ? (
            <EmptyState
              title="There are no users"
              detail="Nobody needs to log in here as long as the server is open."
            />
          ) : (
            <DataTable
              label="Users"
              columns={columns}
              rows={users}
              rowKey={({ userId }) => userId}
              paging={paging(nextPageToken)}
            />
          )
        }
      </QueryView>
      <CreateUser
        opened={creating}
        onClose={() => setCreating(false)}
        onCreated={(name, password) => setGiven({ name, password })}
      />
      <EditUser user={editing} onClose={() => setEditing(undefined)} />
      <SecretOnce
        title={`First password of ${given?.name ?? ""}`}
        label="the first password"
        secret={given?.password}
        onClose={() => setGiven(undefined)}
      >
        <p>It works once: at the first login another one has to be chosen.</p>
      </SecretOnce>
      <ConfirmDialog
        opened={deleting !== undefined}
        title={`Delete ${deleting?.name ?? ""}`}
        confirm="Delete the user"
        destructive
        reason="none"
        onClose={() => setDeleting(undefined)}
        onConfirm={async ({ requestId }) => {
          if (deleting === undefined) return;
          await remove.mutateAsync({ userId: deleting.userId, requestId });
          toastDone(`Deleted ${deleting.name}.`);
          await readAnew(AuthService);
        }}
      >
        Sessions end at once, and tokens that act for {deleting?.name} work no more. What was done stays in the audit.
      </ConfirmDialog>
    </>
  );
}

function UserState({ user: { disabled, external, mustChangePassword } }: { user: User }) {
  if (disabled) return <StatusBadge tone="bad">May not log in</StatusBadge>;
  if (external) return <StatusBadge tone="good">Logs in with OpenID Connect</StatusBadge>;
  if (mustChangePassword) return <StatusBadge tone="warn">Must change the password</StatusBadge>;
  return <StatusBadge tone="good">May log in</StatusBadge>;
}
