import { useMutation } from "@connectrpc/connect-query";
import { Button, Checkbox, Modal, MultiSelect, Select, TextInput } from "@mantine/core";
import { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { useState } from "react";
import { ErrorState } from "../../../components/error-state.tsx";
import { readAnew } from "../../../data/read-anew.ts";
import { useRequest } from "../../../data/use-request.ts";
import { useMay, useSession } from "../../../data/use-session.ts";
import { GrantsEditor } from "../grants/grants-editor.tsx";
import { grantsOf, newGrant, type WrittenGrant } from "../grants/written-grants.ts";
import classes from "../settings.module.css";
import { scopeChoices } from "./scope-choices.ts";

const days = [1, 7, 30, 90, 365];

type CreateTokenProps = {
  /** With the token itself; it is told this once. */
  onCreated: (name: string, secret: string) => void;
  onClose: () => void;
};

/** Asks for a token for a program. */
export function CreateToken({ opened, ...props }: CreateTokenProps & { opened: boolean }) {
  return (
    <Modal opened={opened} onClose={props.onClose} size="lg" title="Make a token">
      <NewToken key={String(opened)} {...props} />
    </Modal>
  );
}

function NewToken({ onCreated, onClose }: CreateTokenProps) {
  const session = useSession();
  const administers = useMay(AuthService.method.listUsers);
  const isOpen = session.state === "open";
  const [name, setName] = useState("");
  const [lasts, setLasts] = useState("30");
  // Where nobody logs in there is nobody whom it could act for.
  const [service, setService] = useState(isOpen);
  const [less, setLess] = useState(false);
  const [written, setWritten] = useState<readonly WrittenGrant[]>([newGrant()]);
  const [scopes, setScopes] = useState<string[]>([]);
  const create = useMutation(AuthService.method.createApiToken);
  const grants = less ? grantsOf(written) : [];
  const methods = session.state === "in" || session.state === "open" ? session.methods : undefined;
  const { submit, busy, error } = useRequest(async (requestId) => {
    if (grants === undefined) return;
    const lifetime = { seconds: BigInt(lasts) * 86_400n };
    const answer = await create.mutateAsync({ requestId, name, grants, scopes, lifetime, service });
    await readAnew(AuthService);
    onClose();
    onCreated(name, answer.secret);
  });
  return (
    <form className={classes.form} onSubmit={submit}>
      {error !== undefined && <ErrorState error={error} />}
      <TextInput
        label="Name"
        description="What it is for, for people."
        required
        maxLength={128}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label="Lasts"
        data={days.map((count) => ({ value: String(count), label: count === 1 ? "1 day" : `${count} days` }))}
        value={lasts}
        allowDeselect={false}
        onChange={(value) => setLasts(value ?? "30")}
      />
      {administers && !isOpen && (
        <Checkbox
          label="It belongs to a service, not to me"
          description="It stays when you leave."
          checked={service}
          onChange={(event) => setService(event.currentTarget.checked)}
        />
      )}
      <Checkbox
        label="It may do less than I may"
        checked={less}
        onChange={(event) => setLess(event.currentTarget.checked)}
      />
      {less && <GrantsEditor legend="Roles of the token" grants={written} onChange={setWritten} />}
      <MultiSelect
        label="Only these calls"
        description="Empty: all that its roles may call."
        data={scopeChoices(methods)}
        value={scopes}
        searchable
        clearable
        clearButtonProps={{ "aria-label": "All that its roles may call" }}
        limit={200}
        maxValues={100}
        onChange={setScopes}
      />
      <div className={classes.foot}>
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
        <Button type="submit" loading={busy} disabled={grants === undefined}>
          Make the token
        </Button>
      </div>
    </form>
  );
}
