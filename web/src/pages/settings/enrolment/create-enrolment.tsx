import { useMutation } from "@connectrpc/connect-query";
import { Button, Modal, NumberInput, Select, TextInput } from "@mantine/core";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { useState } from "react";
import { ErrorState } from "../../../components/error-state.tsx";
import { readAnew } from "../../../data/read-anew.ts";
import { useRequest } from "../../../data/use-request.ts";
import { parseLabels } from "../labels.ts";
import classes from "../settings.module.css";

const lengths = [
  { value: "1800", label: "30 minutes" },
  { value: "3600", label: "1 hour" },
  { value: "14400", label: "4 hours" },
  { value: "86400", label: "1 day" },
];

type CreateEnrolmentProps = {
  /** With the secret; it is told this once. */
  onCreated: (secret: string) => void;
  onClose: () => void;
};

/** Asks for a token with which hosts join. */
export function CreateEnrolment({ opened, ...props }: CreateEnrolmentProps & { opened: boolean }) {
  return (
    <Modal opened={opened} onClose={props.onClose} title="Let hosts join">
      <NewEnrolment key={String(opened)} {...props} />
    </Modal>
  );
}

function NewEnrolment({ onCreated, onClose }: CreateEnrolmentProps) {
  const [uses, setUses] = useState<number | string>(1);
  const [lasts, setLasts] = useState("1800");
  const [text, setText] = useState("");
  const [reason, setReason] = useState("");
  const create = useMutation(FleetService.method.createEnrollmentToken);
  const read = parseLabels(text);
  const { submit, busy, error } = useRequest(async (requestId) => {
    if (!("labels" in read)) return;
    const { secret } = await create.mutateAsync({
      requestId,
      maxUses: Number(uses),
      ttl: { seconds: BigInt(lasts) },
      labels: read.labels,
      reason: reason.trim(),
    });
    await readAnew(FleetService);
    onClose();
    onCreated(secret);
  });
  return (
    <form className={classes.form} onSubmit={submit}>
      {error !== undefined && <ErrorState error={error} />}
      <NumberInput label="How many hosts" min={1} max={100_000} allowDecimal={false} value={uses} onChange={setUses} />
      <Select
        label="For how long"
        data={lengths}
        value={lasts}
        allowDeselect={false}
        onChange={(value) => setLasts(value ?? "1800")}
      />
      <TextInput
        label="Labels they get"
        description="As name=value, with commas between."
        value={text}
        error={"problem" in read ? read.problem : undefined}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <TextInput
        label="Reason"
        description="Goes into the record."
        maxLength={1024}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <div className={classes.foot}>
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
        <Button type="submit" loading={busy} disabled={!("labels" in read) || Number(uses) < 1}>
          Make a token
        </Button>
      </div>
    </form>
  );
}
