import { useMutation } from "@connectrpc/connect-query";
import { Button, Modal, PasswordInput, TextInput } from "@mantine/core";
import { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { useState } from "react";
import { ErrorState } from "../../../components/error-state.tsx";
import { toastDone } from "../../../components/toast.tsx";
import { readAnew } from "../../../data/read-anew.ts";
import { useRequest } from "../../../data/use-request.ts";
import { GrantsEditor } from "../grants/grants-editor.tsx";
import { grantsOf, newGrant, type WrittenGrant } from "../grants/written-grants.ts";
import classes from "../settings.module.css";

type CreateUserProps = {
  /** With the password that was made up; it is told this once. */
  onCreated: (name: string, password: string) => void;
  onClose: () => void;
};

/** Asks for a new user. */
export function CreateUser({ opened, ...props }: CreateUserProps & { opened: boolean }) {
  return (
    <Modal opened={opened} onClose={props.onClose} size="lg" title="Add a user">
      <NewUser key={String(opened)} {...props} />
    </Modal>
  );
}

function NewUser({ onCreated, onClose }: CreateUserProps) {
  const [name, setName] = useState("");
  const [displayName, setDisplayName] = useState("");
  const [password, setPassword] = useState("");
  const [written, setWritten] = useState<readonly WrittenGrant[]>([newGrant()]);
  const create = useMutation(AuthService.method.createUser);
  const grants = grantsOf(written);
  const { submit, busy, error } = useRequest(async (requestId) => {
    if (grants === undefined) return;
    const answer = await create.mutateAsync({ requestId, name, displayName, password, grants });
    await readAnew(AuthService);
    onClose();
    if (answer.password === "") toastDone(`Added ${name}.`);
    else onCreated(name, answer.password);
  });
  return (
    <form className={classes.form} onSubmit={submit}>
      {error !== undefined && <ErrorState error={error} />}
      <TextInput
        label="Name to log in with"
        description="Letters, digits and @ . _ - ; it cannot be changed."
        required
        pattern="[A-Za-z0-9][A-Za-z0-9@._\-]{0,127}"
        autoComplete="off"
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label="Name for people"
        maxLength={256}
        value={displayName}
        onChange={(event) => setDisplayName(event.currentTarget.value)}
      />
      <PasswordInput
        label="First password"
        description="At least 12 characters, to be changed at the first login. Empty: one is made up and shown once."
        minLength={12}
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <GrantsEditor legend="Roles" grants={written} onChange={setWritten} />
      <div className={classes.foot}>
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
        <Button type="submit" loading={busy} disabled={grants === undefined}>
          Add the user
        </Button>
      </div>
    </form>
  );
}
