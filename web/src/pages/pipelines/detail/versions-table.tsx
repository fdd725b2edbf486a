import { useQuery } from "@connectrpc/connect-query";
import type { Pipeline } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { TimeText } from "../../../components/time-text.tsx";
import { usePaging } from "../../../components/use-paging.ts";
import { originOf, PipelineStateBadge } from "../catalog/pipeline-badges.tsx";

const columns: readonly Column<Pipeline>[] = [
  {
    key: "version",
    title: "Version",
    cell: ({ name, version }) => (
      <Link to={`/pipelines/${name}`} search={{ version: String(version) } as never}>
        Version {version}
      </Link>
    ),
  },
  { key: "title", title: "Title", cell: ({ title }) => title },
  { key: "state", title: "State", cell: ({ state }) => <PipelineStateBadge state={state} /> },
  { key: "by", title: "Source", cell: (pipeline) => originOf(pipeline) },
  { key: "time", title: "Stored", cell: ({ createTime }) => <TimeText time={createTime} /> },
  {
    key: "compare",
    title: "Compare",
    cell: ({ name, version }) =>
      version > 1 && (
        <Link
          to="/pipelines/-/compare"
          search={{ left: `${name}@${version - 1}`, right: `${name}@${version}` } as never}
        >
          with version {version - 1}
        </Link>
      ),
  },
];

/** The versions of a pipeline, newest first. */
export function VersionsTable({ name }: { name: string }) {
  const { pageToken, paging } = usePaging(name);
  const query = useQuery(
    PipelineService.method.listPipelineVersions,
    { name, pageSize: 50, pageToken },
    { placeholderData: keepPreviousData },
  );
  return (
    <QueryView query={query}>
      {({ pipelines, nextPageToken }) => (
        <DataTable
          label={`Versions of ${name}`}
          columns={columns}
          rows={pipelines}
          rowKey={({ version }) => String(version)}
          paging={paging(nextPageToken)}
        />
      )}
    </QueryView>
  );
}
