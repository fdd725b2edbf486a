import { useMutation } from "@connectrpc/connect-query";
import { Button, Checkbox, Modal, PasswordInput, TextInput } from "@mantine/core";
import type { User } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { useState } from "react";
import { ErrorState } from "../../../components/error-state.tsx";
import { toastDone } from "../../../components/toast.tsx";
import { readAnew } from "../../../data/read-anew.ts";
import { useRequest } from "../../../data/use-request.ts";
import { GrantsEditor } from "../grants/grants-editor.tsx";
import { grantsOf, writtenGrants } from "../grants/written-grants.ts";
import classes from "../settings.module.css";

/** Changes a user, where there is one. */
export function EditUser({ user, onClose }: { user: User | undefined; onClose: () => void }) {
  return (
    <Modal opened={user !== undefined} onClose={onClose} size="lg" title={`Change ${user?.name ?? ""}`}>
      {user !== undefined && <ChangedUser key={user.userId} user={user} onClose={onClose} />}
    </Modal>
  );
}

function ChangedUser({ user, onClose }: { user: User; onClose: () => void }) {
  const before = writtenGrants(user.grants);
  const [displayName, setDisplayName] = useState(user.displayName);
  const [written, setWritten] = useState<ReturnType<typeof writtenGrants>>(before);
  const [disabled, setDisabled] = useState(user.disabled);
  const [password, setPassword] = useState("");
  const update = useMutation(AuthService.method.updateUser);
  const grants = grantsOf(written);
  const said = (of: typeof written): string => JSON.stringify(of.map(({ role, labels }) => [role, labels]));
  const paths = [
    ...(displayName === user.displayName ? [] : ["display_name"]),
    ...(said(written) === said(before) ? [] : ["grants"]),
    ...(disabled === user.disabled ? [] : ["disabled"]),
    ...(password === "" ? [] : ["password"]),
  ];
  const { submit, busy, error } = useRequest(async (requestId) => {
    if (grants === undefined) return;
    await update.mutateAsync({
      ...{ requestId, userId: user.userId, displayName, grants, disabled, password },
      updateMask: { paths },
    });
    toastDone(`Changed ${user.name}.`);
    await readAnew(AuthService);
    onClose();
  });
  return (
    <form className={classes.form} onSubmit={submit}>
      {error !== undefined && <ErrorState error={error} />}
      <TextInput
        label="Name for people"
        maxLength={256}
        value={displayName}
        onChange={(event) => setDisplayName(event.currentTarget.value)}
      />
      <GrantsEditor legend="Roles" grants={written} onChange={(next) => setWritten([...next])} />
      <Checkbox
        label="May not log in"
        description="Sessions end, and tokens that act for the user work no more."
        checked={disabled}
        onChange={(event) => setDisabled(event.currentTarget.checked)}
      />
      {!user.external && (
        <PasswordInput
          label="New password"
          description="At least 12 characters, to be changed at the next login. Empty: it stays."
          minLength={12}
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
      )}
      <div className={classes.foot}>
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
        <Button type="submit" loading={busy} disabled={grants === undefined || paths.length === 0}>
          Change the user
        </Button>
      </div>
    </form>
  );
}
