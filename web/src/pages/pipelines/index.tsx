import { useQuery } from "@connectrpc/connect-query";
import { Button, Select, TextInput } from "@mantine/core";
import { type Pipeline, PipelineOrigin } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { Link } from "@tanstack/react-router";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { useSearchState } from "../../data/use-search-state.ts";
import { useMay } from "../../data/use-session.ts";
import { originOf, PipelineStateBadge } from "./catalog/pipeline-badges.tsx";
import classes from "./pipelines.module.css";

const defaults = { find: "", source: "all" };
const sources: Record<string, { title: string; origin?: PipelineOrigin }> = {
  all: { title: "All" },
  catalog: { title: "Shipping with Phoenix", origin: PipelineOrigin.CATALOG },
  user: { title: "Added here", origin: PipelineOrigin.USER },
};
/** As many as the service lists at a time; a catalog of more is searched by typing. */
const pageSize = 500;

const columns: readonly Column<Pipeline>[] = [
  {
    key: "name",
    title: "Pipeline",
    cell: ({ name, title }) => (
      <>
        <Link to={`/pipelines/${name}`} className={classes.name ?? ""}>
          {name}
        </Link>
        <div className="px-dim">{title}</div>
      </>
    ),
  },
  { key: "strategy", title: "Strategy", cell: ({ strategy }) => <div className={classes.strategy}>{strategy}</div> },
  { key: "source", title: "Source", cell: (pipeline) => originOf(pipeline) },
  { key: "version", title: "Newest", align: "end", cell: ({ version }) => version },
  { key: "state", title: "State", cell: ({ state }) => <PipelineStateBadge state={state} /> },
  { key: "time", title: "Stored", cell: ({ createTime }) => <TimeText time={createTime} relative /> },
];

/** The catalog of pipelines. */
export default function PipelinesPage() {
  const [{ find, source }, setSearch] = useSearchState(defaults);
  const query = useQuery(PipelineService.method.listPipelines, { pageSize });
  const mayCreate = useMay(PipelineService.method.createPipelineVersion);
  return (
    <>
      <PageHeader
        title="Pipelines"
        lead="What a collector measures, keeps and drops. Ready ones ship with Phoenix; others are built here."
        actions={
          <>
            <Button component={Link} to="/pipelines/-/compare" variant="default">
              Compare
            </Button>
            {mayCreate && (
              <Button component={Link} to="/pipelines/-/builder">
                New pipeline
              </Button>
            )}
          </>
        }
      />
      <div className={classes.filters}>
        <TextInput
          label="Find"
          placeholder="Name or what it does"
          value={find}
          onChange={(event) => setSearch({ find: event.currentTarget.value })}
        />
        <Select
          label="Source"
          data={Object.entries(sources).map(([value, { title }]) => ({ value, label: title }))}
          value={source}
          allowDeselect={false}
          onChange={(value) => setSearch({ source: value ?? "all" })}
        />
      </div>
      <QueryView query={query}>
        {({ pipelines, nextPageToken }) => {
          const rows = pipelines.filter((pipeline) => fits(pipeline, find, sources[source]?.origin));
          if (rows.length === 0)
            return (
              <EmptyState
                title={pipelines.length === 0 ? "There are no pipelines" : "None is like this"}
                detail={
                  pipelines.length === 0
                    ? "Build one, or import a file in the builder."
                    : "Look for something else, or show all."
                }
              />
            );
          return (
            <>
              <DataTable
                label="Pipelines"
                columns={columns}
                rows={rows}
                rowKey={({ name }) => name}
                rowHref={({ name }) => `/pipelines/${name}`}
              />
              {nextPageToken !== "" && <p className="px-dim">These are the first {pageSize} by name.</p>}
            </>
          );
        }}
      </QueryView>
    </>
  );
}

function fits({ name, title, strategy, origin }: Pipeline, find: string, wanted: PipelineOrigin | undefined): boolean {
  if (wanted !== undefined && origin !== wanted) return false;
  const text = `${name} ${title} ${strategy}`.toLowerCase();
  return find
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
