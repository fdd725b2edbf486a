import { createClient } from "@connectrpc/connect";
import { useQuery, useTransport } from "@connectrpc/connect-query";
import { Checkbox, Select } from "@mantine/core";
import type { Deployment } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { toastDone } from "../../components/toast.tsx";

/** Asks to which version, and why. */
export function RollbackDialog({
  deployment,
  version,
  onClose,
}: {
  deployment: Deployment;
  /** The version that is offered first; undefined for the one before. */
  version?: number;
  onClose: () => void;
}) {
  const { deploymentId, wanted, previous } = deployment;
  const transport = useTransport();
  const queries = useQueryClient();
  const known = useQuery(DeploymentService.method.listDeploymentVersions, { deploymentId, pageSize: 100 });
  const [chosen, setChosen] = useState(String(version ?? previous?.version ?? 0));
  const [quarantine, setQuarantine] = useState(false);
  const versions = (known.data?.versions ?? []).filter((one) => one.version !== wanted?.version && !one.quarantined);
  return (
    <ConfirmDialog
      opened
      title="Roll the deployment back?"
      confirm="Roll it back"
      destructive
      reason="required"
      onClose={onClose}
      onConfirm={async ({ reason, requestId }) => {
        await createClient(DeploymentService, transport).rollbackDeployment({
          ...{ deploymentId, requestId, reason, quarantine, version: Number(chosen) },
        });
        toastDone("The hosts are being brought back.");
        await queries.invalidateQueries();
      }}
    >
      All hosts get the version at once, without steps.
      <Select
        label="Version"
        data={[
          ...(versions.length === 0 ? [{ value: "0", label: "the one before" }] : []),
          ...versions.map(({ version: number, pipeline }) => ({
            value: String(number),
            label: `${number}: ${pipeline?.name ?? ""} version ${pipeline?.version ?? ""}`,
          })),
        ]}
        value={chosen}
        allowDeselect={false}
        mt="sm"
        onChange={(next) => setChosen(next ?? chosen)}
      />
      <Checkbox
        label="Quarantine the configuration that is left: nobody is offered it until someone clears it"
        checked={quarantine}
        mt="sm"
        onChange={(event) => setQuarantine(event.currentTarget.checked)}
      />
    </ConfirmDialog>
  );
}
