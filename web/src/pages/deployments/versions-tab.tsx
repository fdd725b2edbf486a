import { useQuery } from "@connectrpc/connect-query";
import { Button } from "@mantine/core";
import type { Deployment, DeploymentVersion } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { Panel } from "../../components/panel.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { usePaging } from "../../components/use-paging.ts";
import { useMay } from "../../data/use-session.ts";
import { formatDigest } from "../../format/quantities.ts";
import { RollbackDialog } from "./rollback-dialog.tsx";

/** Every version there was, newest first, and the way back to one of them. */
export function VersionsTab({ deployment }: { deployment: Deployment }) {
  const { deploymentId, wanted } = deployment;
  const [back, setBack] = useState<DeploymentVersion>();
  const mayRollBack = useMay(DeploymentService.method.rollbackDeployment);
  const { pageToken, paging } = usePaging(deploymentId);
  const query = useQuery(
    DeploymentService.method.listDeploymentVersions,
    { deploymentId, pageSize: 25, pageToken },
    { placeholderData: keepPreviousData },
  );
  const columns: readonly Column<DeploymentVersion>[] = [
    { key: "version", title: "Version", align: "end", cell: ({ version }) => version },
    {
      key: "pipeline",
      title: "Pipeline",
      cell: ({ pipeline }) =>
        pipeline && (
          <>
            <Link to={`/pipelines/${pipeline.name}`}>{pipeline.name}</Link>{" "}
            <span className="px-dim">version {pipeline.version}</span>
          </>
        ),
    },
    {
      key: "digest",
      title: "Configuration",
      cell: ({ configDigest, quarantined }) => (
        <>
          <code>{formatDigest(configDigest)}</code> {quarantined && <StatusBadge tone="bad">Quarantined</StatusBadge>}
        </>
      ),
    },
    { key: "outcome", title: "What became of it", cell: ({ outcome }) => outcome },
    { key: "by", title: "By", cell: ({ actor }) => actor },
    { key: "reason", title: "Reason", cell: ({ reason }) => reason },
    { key: "made", title: "Made", cell: ({ createTime }) => <TimeText time={createTime} /> },
    {
      key: "back",
      title: <span className="px-visually-hidden">Go back</span>,
      cell: (version) =>
        mayRollBack &&
        version.version !== wanted?.version &&
        !version.quarantined && (
          <Button
            size="xs"
            variant="default"
            aria-label={`Roll back to version ${version.version}`}
            onClick={() => setBack(version)}
          >
            Roll back to it
          </Button>
        ),
    },
  ];
  return (
    <Panel title="Versions" note="A version never changes; going back to one makes a new one like it.">
      <QueryView query={query}>
        {({ versions, nextPageToken }) => (
          <DataTable
            label="Versions"
            columns={columns}
            rows={versions}
            rowKey={({ version }) => String(version)}
            paging={paging(nextPageToken)}
          />
        )}
      </QueryView>
      {back !== undefined && (
        <RollbackDialog deployment={deployment} version={back.version} onClose={() => setBack(undefined)} />
      )}
    </Panel>
  );
}
