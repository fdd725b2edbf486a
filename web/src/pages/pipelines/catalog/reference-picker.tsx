import { useQuery } from "@connectrpc/connect-query";
import { Select } from "@mantine/core";
import { PipelineState } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import classes from "../pipelines.module.css";

/** A version of a pipeline; 0 is the newest. */
export type VersionReference = { name: string; version: number };

/** Reads `name@version`, or a name alone for the newest. */
export function readReference(text: string): VersionReference | undefined {
  const [, name, version = "0"] = /^([a-z0-9][a-z0-9-]*)(?:@(\d{1,9}))?$/.exec(text) ?? [];
  return name === undefined ? undefined : { name, version: Number(version) };
}

/** Writes what readReference reads. */
export function writeReference({ name, version }: VersionReference): string {
  return version === 0 ? name : `${name}@${version}`;
}

/** Chooses a pipeline and a version of it. */
export function ReferencePicker({
  label,
  value,
  onChange,
}: {
  label: string;
  value: VersionReference | undefined;
  onChange: (value: VersionReference | undefined) => void;
}) {
  const { data: pipelines } = useQuery(PipelineService.method.listPipelines, { pageSize: 500 });
  const { data: versions } = useQuery(
    PipelineService.method.listPipelineVersions,
    { name: value?.name ?? "-", pageSize: 500 },
    { enabled: value !== undefined },
  );
  return (
    <div className={classes.side}>
      <Select
        label={label}
        placeholder="Choose a pipeline"
        searchable
        nothingFoundMessage="No such pipeline"
        data={(pipelines?.pipelines ?? []).map(({ name }) => name)}
        value={value?.name ?? null}
        onChange={(name) => onChange(name === null ? undefined : { name, version: 0 })}
      />
      <Select
        label="Version"
        disabled={value === undefined}
        allowDeselect={false}
        data={[
          { value: "0", label: "newest" },
          ...(versions?.pipelines ?? []).map(({ version, state }) => ({
            value: String(version),
            label: state === PipelineState.PUBLISHED ? String(version) : `${version}, draft`,
          })),
        ]}
        value={String(value?.version ?? 0)}
        onChange={(version) => value && onChange({ ...value, version: Number(version ?? 0) })}
      />
    </div>
  );
}
