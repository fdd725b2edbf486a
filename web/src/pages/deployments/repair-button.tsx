import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { Button } from "@mantine/core";
import { type Deployment, type DeploymentHost, DriftState } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { toastDone } from "../../components/toast.tsx";
import { useMay } from "../../data/use-session.ts";
import { formatCounted } from "../../format/quantities.ts";

const { repairDeployment } = DeploymentService.method;
const repairable: readonly DriftState[] = [DriftState.FAILED, DriftState.EDITED, DriftState.OVERRIDDEN];

/** Offers to bring one host that drifted back, or all of them where no host is given. */
export function RepairButton({ deployment, host }: { deployment: Deployment; host?: DeploymentHost }) {
  const [asked, setAsked] = useState(false);
  const may = useMay(repairDeployment);
  const transport = useTransport();
  const queries = useQueryClient();
  const { counts, deploymentId } = deployment;
  const drifted = host === undefined ? driftedOf(counts) : Number(repairable.includes(host.drift));
  if (!may || drifted === 0) return null;
  const what = host === undefined ? formatCounted(drifted, "host") : host.hostName || host.hostId;
  return (
    <>
      <Button
        variant="default"
        size={host === undefined ? "sm" : "xs"}
        onClick={() => setAsked(true)}
        aria-label={host === undefined ? undefined : `Repair ${what}`}
      >
        {host === undefined ? "Repair drift" : "Repair"}
      </Button>
      <ConfirmDialog
        opened={asked}
        title={`Repair ${what}?`}
        confirm="Repair"
        onClose={() => setAsked(false)}
        onConfirm={async ({ reason, requestId }) => {
          const hostIds = host === undefined ? [] : [host.hostId];
          const { hosts } = await createClient(DeploymentService, transport).repairDeployment({
            ...{ deploymentId, hostIds, reason, requestId },
          });
          toastDone(`${formatCounted(hosts, "host")} told.`);
          await queries.invalidateQueries();
        }}
      >
        What runs there instead is replaced by what this deployment wants.
      </ConfirmDialog>
    </>
  );
}

function driftedOf(counts: Deployment["counts"]): number {
  return counts === undefined ? 0 : counts.failed + counts.edited + counts.overridden;
}
