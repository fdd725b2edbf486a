import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { Button, Textarea } from "@mantine/core";
import type { Host } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { toastDone } from "../../components/toast.tsx";
import { useMay } from "../../data/use-session.ts";
import { readLabels } from "../../format/labels.ts";

const { method } = FleetService;

type Act = "labels" | "drain" | "forget";

/** The buttons of a host: what is allowed to the viewer. */
export function HostActs({ host }: { host: Host }) {
  const [asked, setAsked] = useState<Act>();
  const mayUpdate = useMay(method.updateHost);
  const mayDrain = useMay(method.drainHost);
  const mayForget = useMay(method.deleteHost);
  const close = (): void => setAsked(undefined);
  return (
    <>
      {mayUpdate && (
        <Button variant="default" onClick={() => setAsked("labels")}>
          Edit labels
        </Button>
      )}
      {mayDrain && (
        <Button variant="default" onClick={() => setAsked("drain")}>
          {host.draining ? "End the drain" : "Drain"}
        </Button>
      )}
      {mayForget && (
        <Button variant="default" onClick={() => setAsked("forget")}>
          Forget
        </Button>
      )}
      {asked === "labels" && <LabelsDialog host={host} onClose={close} />}
      {asked === "drain" && <DrainDialog host={host} onClose={close} />}
      {asked === "forget" && <ForgetDialog host={host} onClose={close} />}
    </>
  );
}

type DialogProps = { host: Host; onClose: () => void };

function LabelsDialog({ host: { hostId, etag, labels }, onClose }: DialogProps) {
  const transport = useTransport();
  const queries = useQueryClient();
  const [text, setText] = useState(
    Object.entries(labels)
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([name, value]) => `${name}=${value}`)
      .join("\n"),
  );
  const read = readLabels(text);
  return (
    <ConfirmDialog
      opened
      title="Edit the labels"
      confirm="Save"
      onClose={onClose}
      onConfirm={async ({ requestId, reason }) => {
        if (read === undefined) throw new Error("Write name=value, one a line.");
        await createClient(FleetService, transport).updateHost({
          ...{ hostId, etag, requestId, reason, labels: read, updateMask: { paths: ["labels"] } },
        });
        toastDone("The labels are changed.");
        await queries.invalidateQueries();
      }}
    >
      Deployments by labels follow at once: a host that gets their labels gets their pipeline, one that loses them loses
      it.
      <Textarea
        label="Labels"
        description="name=value, one a line"
        value={text}
        error={read === undefined ? "Write name=value, one a line." : undefined}
        autosize
        minRows={3}
        maxRows={12}
        mt="sm"
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}

function DrainDialog({ host: { hostId, draining, facts }, onClose }: DialogProps) {
  const transport = useTransport();
  const queries = useQueryClient();
  const name = facts?.hostName || hostId;
  return (
    <ConfirmDialog
      opened
      title={draining ? `Give ${name} work again?` : `Drain ${name}?`}
      confirm={draining ? "End the drain" : "Drain it"}
      onClose={onClose}
      onConfirm={async ({ requestId, reason }) => {
        await createClient(FleetService, transport).drainHost({ hostId, requestId, reason, draining: !draining });
        toastDone(draining ? `${name} takes work again.` : `${name} gets no new work.`);
        await queries.invalidateQueries();
      }}
    >
      {draining
        ? "It is chosen for experiments, deployments and load again."
        : "It gets no new work; what runs on it goes on, what waits to be begun is called off."}
    </ConfirmDialog>
  );
}

function ForgetDialog({ host: { hostId, facts }, onClose }: DialogProps) {
  const transport = useTransport();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const name = facts?.hostName || hostId;
  return (
    <ConfirmDialog
      opened
      title={`Forget ${name}?`}
      confirm="Forget it"
      destructive
      onClose={onClose}
      onConfirm={async ({ requestId, reason }) => {
        await createClient(FleetService, transport).deleteHost({ hostId, requestId, reason });
        toastDone(`${name} is forgotten.`);
        await navigate({ to: "/fleet" });
        await queries.invalidateQueries();
      }}
    >
      Its credential is taken back and its open tasks are called off. Its agent cannot come back without being enrolled
      again.
    </ConfirmDialog>
  );
}
