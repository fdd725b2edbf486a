import { useQuery } from "@connectrpc/connect-query";
import { Button, Select } from "@mantine/core";
import type { Deployment } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Filters } from "../../components/filters.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { usePaging } from "../../components/use-paging.ts";
import { useSearchState } from "../../data/use-search-state.ts";
import { useMay } from "../../data/use-session.ts";
import { formatCount } from "../../format/quantities.ts";
import { DeploymentBadge, DriftSummary, reductionOf, retentionOf } from "./deployment-badges.tsx";
import classes from "./deployments.module.css";
import { figuresEveryMs } from "./figures-every.ts";

const defaults = { pipeline: "" };

const columns: readonly Column<Deployment>[] = [
  {
    key: "name",
    title: "Deployment",
    cell: ({ deploymentId, name }) => <Link to={`/deployments/${deploymentId}`}>{name}</Link>,
  },
  { key: "state", title: "Status", cell: ({ state }) => <DeploymentBadge state={state} /> },
  { key: "pipeline", title: "Pipeline", cell: ({ wanted }) => pipelineOf(wanted?.pipeline) },
  { key: "version", title: "Version", align: "end", cell: ({ wanted }) => wanted?.version ?? "" },
  {
    key: "hosts",
    title: "Hosts in sync",
    align: "end",
    cell: ({ counts }) => `${formatCount(counts?.inSync ?? 0)} of ${formatCount(counts?.total ?? 0)}`,
  },
  { key: "drift", title: "Drift", cell: ({ counts }) => <DriftSummary counts={counts} /> },
  { key: "reduction", title: "Fewer series", align: "end", cell: reductionOf },
  { key: "retention", title: "Retention", align: "end", cell: retentionOf },
  { key: "changed", title: "Changed", cell: ({ updateTime }) => <TimeText time={updateTime} relative /> },
];

/** The deployments, by name. */
export default function DeploymentsPage() {
  const [{ pipeline }, setSearch] = useSearchState(defaults);
  const { pageToken, paging } = usePaging(pipeline);
  const pipelines = useQuery(PipelineService.method.listPipelines, { pageSize: 500 });
  const query = useQuery(
    DeploymentService.method.listDeployments,
    { pageSize: 25, pageToken, pipeline },
    { placeholderData: keepPreviousData, refetchInterval: figuresEveryMs },
  );
  const mayCreate = useMay(DeploymentService.method.createDeployment);
  const names = new Set([
    ...(pipelines.data?.pipelines ?? []).map(({ name }) => name),
    ...(pipeline ? [pipeline] : []),
  ]);
  return (
    <>
      <PageHeader
        title="Deployments"
        lead="Pipelines wanted on hosts, rolled out step by step, and what they take away and keep."
        actions={
          mayCreate && (
            <Button component={Link} to="/pipelines">
              Choose a pipeline to deploy
            </Button>
          )
        }
      />
      <Filters>
        <Select
          label="Pipeline"
          placeholder="All"
          data={[...names].toSorted()}
          value={pipeline === "" ? null : pipeline}
          clearable
          searchable
          clearButtonProps={{ "aria-label": "All pipelines" }}
          onChange={(next) => setSearch({ pipeline: next ?? "" })}
        />
      </Filters>
      <QueryView query={query}>
        {({ deployments, nextPageToken }) =>
          deployments.length === 0 ? (
            <EmptyState
              title={pipeline === "" ? "Nothing is deployed yet" : "No deployment has this pipeline"}
              detail={
                <>
                  Deploy one from its page under <Link to="/pipelines">Pipelines</Link>, or with{" "}
                  <code>phoenix pipeline deploy</code>.
                </>
              }
            />
          ) : (
            <DataTable
              label="Deployments"
              columns={columns}
              rows={deployments}
              rowKey={({ deploymentId }) => deploymentId}
              rowHref={({ deploymentId }) => `/deployments/${deploymentId}`}
              paging={paging(nextPageToken)}
            />
          )
        }
      </QueryView>
    </>
  );
}

function pipelineOf(pipeline: { name: string; version: number } | undefined) {
  if (pipeline === undefined) return "";
  return (
    <>
      <Link to={`/pipelines/${pipeline.name}`} className={classes.name ?? ""}>
        {pipeline.name}
      </Link>{" "}
      <span className="px-dim">version {pipeline.version}</span>
    </>
  );
}
