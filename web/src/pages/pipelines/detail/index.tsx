import { useQuery } from "@connectrpc/connect-query";
import { Button, Select, Tabs } from "@mantine/core";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { type Pipeline, PipelineOrigin, PipelineState } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { EmptyState } from "../../../components/empty-state.tsx";
import { PageHeader } from "../../../components/page-header.tsx";
import { Panel } from "../../../components/panel.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { TimeText } from "../../../components/time-text.tsx";
import { useSearchState } from "../../../data/use-search-state.ts";
import { useMay } from "../../../data/use-session.ts";
import { YamlEditor } from "../../../editor/index.tsx";
import { DeployDialog } from "../catalog/deploy-dialog.tsx";
import { ForecastPanel } from "../catalog/forecast-panel.tsx";
import { originOf, PipelineStateBadge } from "../catalog/pipeline-badges.tsx";
import { VariablesTable } from "../catalog/variables-table.tsx";
import classes from "../pipelines.module.css";
import { Readme } from "../readme/readme.tsx";
import { CheckPanel } from "./check-panel.tsx";
import { DeletePipeline } from "./delete-pipeline.tsx";
import { PublishVersion } from "./publish-version.tsx";
import { RenderedPanel } from "./rendered-panel.tsx";
import { VersionsTable } from "./versions-table.tsx";

const defaults = { tab: "about", version: "0" };

/** One pipeline: what it does, its variables, its file, its versions. */
export default function PipelinePage() {
  const { name = "" } = useParams({ strict: false }) as { name?: string };
  const [{ tab, version }, setSearch] = useSearchState(defaults);
  const query = useQuery(PipelineService.method.getPipeline, { name, version: Number(version) || 0 });
  return (
    <QueryView query={query}>
      {({ pipeline }) =>
        pipeline === undefined ? (
          <EmptyState title="There is no such pipeline" />
        ) : (
          <Shown
            pipeline={pipeline}
            tab={tab}
            onTab={(next) => setSearch({ tab: next })}
            onVersion={(next) => setSearch({ version: next }, { replace: false })}
          />
        )
      }
    </QueryView>
  );
}

type ShownProps = {
  pipeline: Pipeline;
  tab: string;
  onTab: (tab: string) => void;
  onVersion: (version: string) => void;
};

function Shown({ pipeline, tab, onTab, onVersion }: ShownProps) {
  const { name, version, title, state } = pipeline;
  const [deploying, setDeploying] = useState(false);
  const { data: versions } = useQuery(PipelineService.method.listPipelineVersions, { name, pageSize: 500 });
  const mayDeploy = useMay(DeploymentService.method.createDeployment);
  const mayWrite = useMay(PipelineService.method.createPipelineVersion);
  const published = state === PipelineState.PUBLISHED;
  return (
    <>
      <PageHeader
        title={name}
        lead={title}
        parent={{ to: "/pipelines", title: "Pipelines" }}
        actions={
          <>
            <Select
              aria-label="Version"
              w={150}
              allowDeselect={false}
              data={(versions?.pipelines ?? [pipeline]).map((each) => ({
                value: String(each.version),
                label: `Version ${each.version}${each.state === PipelineState.PUBLISHED ? "" : ", draft"}`,
              }))}
              value={String(version)}
              onChange={(value) => onVersion(value ?? "0")}
            />
            <Button
              component={Link}
              to="/pipelines/-/builder"
              search={{ from: `${name}@${version}` } as never}
              variant="default"
            >
              {mayWrite ? "Open in the builder" : "Look at it in the builder"}
            </Button>
            {!published && <PublishVersion pipeline={pipeline} />}
            {published && mayDeploy && <Button onClick={() => setDeploying(true)}>Deploy</Button>}
            {pipeline.origin === PipelineOrigin.USER && <DeletePipeline pipeline={pipeline} />}
          </>
        }
      />
      {deploying && <DeployDialog pipeline={pipeline} opened onClose={() => setDeploying(false)} />}
      <Tabs value={tab} onChange={(next) => onTab(next ?? "about")} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="about">About</Tabs.Tab>
          <Tabs.Tab value="variables">Variables</Tabs.Tab>
          <Tabs.Tab value="yaml">YAML</Tabs.Tab>
          <Tabs.Tab value="impact">Impact</Tabs.Tab>
          <Tabs.Tab value="versions">Versions</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="about">
          <Panel title="What it does">
            <dl className={classes.facts}>
              <dt>Strategy</dt>
              <dd>{pipeline.strategy}</dd>
              <dt>Keeps</dt>
              <dd>{pipeline.keeps}</dd>
              <dt>Drops</dt>
              <dd>{pipeline.drops}</dd>
              <dt>Filter</dt>
              <dd>{filterOf(pipeline)}</dd>
              <dt>Source</dt>
              <dd>{originOf(pipeline)}</dd>
              <dt>State</dt>
              <dd>
                <PipelineStateBadge state={state} />
              </dd>
              <dt>Stored</dt>
              <dd>
                <TimeText time={pipeline.createTime} />
              </dd>
            </dl>
          </Panel>
          {pipeline.readme !== "" && (
            <Panel title="README">
              <Readme text={pipeline.readme} />
            </Panel>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="variables">
          <VariablesTable variables={pipeline.variables} />
        </Tabs.Panel>
        <Tabs.Panel value="yaml">
          <CheckPanel pipeline={pipeline} />
          <Panel title="The pipeline file" note="What is written here; rendering adds identity, exporters and limits.">
            <YamlEditor
              label={`Pipeline file of ${name}, version ${version}`}
              value={pipeline.template}
              height="560px"
            />
          </Panel>
          <RenderedPanel pipeline={pipeline} />
        </Tabs.Panel>
        <Tabs.Panel value="impact">
          {published ? (
            <ForecastPanel of={{ pipeline: { name, version } }} />
          ) : (
            <EmptyState title="A draft has no forecast" detail="Publish this version to see what it would send." />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <VersionsTable name={name} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function filterOf({ dynamic }: Pipeline): string {
  switch (dynamic?.policy.case) {
    case "topK":
      return "Moved by the agent: the processes that use most, chosen anew while it runs";
    case "adaptive":
      return "Moved by the agent: tighter as the host is busier";
    default:
      return "Fixed";
  }
}
