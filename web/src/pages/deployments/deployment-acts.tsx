import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { Button } from "@mantine/core";
import { type Deployment, DeploymentState } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ConfirmDialog, type Confirmed } from "../../components/confirm-dialog.tsx";
import { toastDone } from "../../components/toast.tsx";
import { useMay } from "../../data/use-session.ts";
import { RepairButton } from "./repair-button.tsx";
import { RollbackDialog } from "./rollback-dialog.tsx";

const { method } = DeploymentService;
const { ROLLING_OUT, PAUSED, STOPPED, DELETING } = DeploymentState;

type Act = "pause" | "resume" | "rollback" | "delete";

const words = {
  pause: {
    button: "Pause",
    title: "Pause the roll-out?",
    text: "No further host is told. The gates watch on over those that were.",
    confirm: "Pause it",
    done: "The roll-out is paused.",
    destructive: false,
    reason: "optional",
  },
  resume: {
    button: "Resume",
    title: "Go on with the roll-out?",
    text: "It goes on at the step where it is, under the same gates.",
    confirm: "Resume it",
    done: "The roll-out goes on.",
    destructive: false,
    reason: "optional",
  },
  delete: {
    button: "Delete",
    title: "Delete the deployment?",
    text: "The pipeline is taken off its hosts: each goes back to what it ran before the deployment. Its events are kept.",
    confirm: "Delete it",
    done: "It is being taken off its hosts.",
    destructive: true,
    reason: "required",
  },
} as const;

/** The buttons of a deployment: what can be done with it now and is allowed to the viewer. */
export function DeploymentActs({ deployment }: { deployment: Deployment }) {
  const [asked, setAsked] = useState<Act>();
  const mayPause = useMay(method.pauseDeployment);
  const mayResume = useMay(method.resumeDeployment);
  const mayRollBack = useMay(method.rollbackDeployment);
  const mayDelete = useMay(method.deleteDeployment);
  const { state, previous } = deployment;
  const close = (): void => setAsked(undefined);
  if (state === DELETING) return null;
  return (
    <>
      {mayPause && state === ROLLING_OUT && (
        <Button variant="default" onClick={() => setAsked("pause")}>
          {words.pause.button}
        </Button>
      )}
      {mayResume && (state === PAUSED || state === STOPPED) && (
        <Button onClick={() => setAsked("resume")}>{words.resume.button}</Button>
      )}
      <RepairButton deployment={deployment} />
      {mayRollBack && previous !== undefined && (
        <Button variant="default" onClick={() => setAsked("rollback")}>
          Roll back
        </Button>
      )}
      {mayDelete && (
        <Button variant="default" onClick={() => setAsked("delete")}>
          {words.delete.button}
        </Button>
      )}
      {asked === "rollback" && <RollbackDialog deployment={deployment} onClose={close} />}
      {asked !== undefined && asked !== "rollback" && <ActDialog act={asked} deployment={deployment} onClose={close} />}
    </>
  );
}

function ActDialog({
  act,
  deployment,
  onClose,
}: {
  act: Exclude<Act, "rollback">;
  deployment: Deployment;
  onClose: () => void;
}) {
  const transport = useTransport();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { title, text, confirm, done, destructive, reason } = words[act];
  const perform = async (confirmed: Confirmed): Promise<void> => {
    const client = createClient(DeploymentService, transport);
    const request = { deploymentId: deployment.deploymentId, etag: deployment.etag, ...confirmed };
    if (act === "pause") await client.pauseDeployment(request);
    if (act === "resume") await client.resumeDeployment(request);
    if (act === "delete") await client.deleteDeployment(request);
    toastDone(done);
    // Away first: what is read anew here would soon be gone.
    if (act === "delete") await navigate({ to: "/deployments" });
    await queries.invalidateQueries();
  };
  return (
    <ConfirmDialog opened {...{ title, confirm, destructive, reason, onClose }} onConfirm={perform}>
      {text}
    </ConfirmDialog>
  );
}
