import { useQuery } from "@connectrpc/connect-query";
import { Button, Select, TextInput } from "@mantine/core";
import type { Pipeline } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { Panel } from "../../../components/panel.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { type Choice, choiceOf } from "./draft.ts";
import type { StepProps } from "./step-props.ts";
import classes from "./wizard.module.css";

/** Most candidates at a time, as the contract has it. */
const mostCandidates = 8;

/** The baseline and the candidates, with their variables. */
export function PipelinesStep({ draft, change }: StepProps) {
  const { baseline, candidates } = draft;
  const query = useQuery(PipelineService.method.listPipelines, { pageSize: 500 });
  const replace = (place: number, choice: Choice): void =>
    change({ candidates: candidates.map((one, at) => (at === place ? choice : one)) });
  return (
    <Panel title="Pipelines" note="The baseline is what is compared with: usually what the hosts run now.">
      <QueryView query={query}>
        {({ pipelines }) => (
          <>
            <ArmFields
              label="Baseline"
              choice={baseline}
              pipelines={pipelines}
              onChange={(next) => change({ baseline: next })}
            />
            {candidates.map((choice, place) => (
              <ArmFields
                // biome-ignore lint/suspicious/noArrayIndexKey: a candidate is its place
                key={place}
                label={place === 0 ? "Candidate" : `Candidate ${place + 1}`}
                choice={choice}
                pipelines={pipelines}
                onChange={(next) => replace(place, next)}
                {...(candidates.length > 1 && {
                  onRemove: () => change({ candidates: candidates.filter((_, at) => at !== place) }),
                })}
              />
            ))}
            {candidates.length < mostCandidates && (
              <Button variant="default" size="xs" onClick={() => change({ candidates: [...candidates, choiceOf("")] })}>
                Add another candidate
              </Button>
            )}
          </>
        )}
      </QueryView>
    </Panel>
  );
}

function ArmFields({
  label,
  choice,
  pipelines,
  onChange,
  onRemove,
}: {
  label: string;
  choice: Choice;
  pipelines: readonly Pipeline[];
  onChange: (choice: Choice) => void;
  onRemove?: () => void;
}) {
  const chosen = pipelines.find(({ name }) => name === choice.name);
  return (
    <fieldset className={classes.arm}>
      <legend>{label}</legend>
      <Select
        label={`${label} pipeline`}
        data={pipelines.map(({ name, title }) => ({ value: name, label: title === "" ? name : `${name}: ${title}` }))}
        value={choice.name || null}
        searchable
        nothingFoundMessage="There is no such pipeline."
        onChange={(name) => onChange(choiceOf(name ?? ""))}
      />
      {chosen !== undefined && (
        <>
          <p className={classes.about}>
            {chosen.strategy} Keeps: {chosen.keeps} Drops: {chosen.drops}
          </p>
          <VersionSelect
            label={label}
            newest={chosen}
            version={choice.version}
            onChange={(version) => onChange({ ...choice, version })}
          />
          {chosen.variables.length > 0 && (
            <details>
              <summary>Variables of {chosen.name}</summary>
              <div className={classes.armFields}>
                {chosen.variables.map(({ name, help, defaultValue }) => (
                  <TextInput
                    key={name}
                    label={name}
                    description={help}
                    placeholder={defaultValue === "" ? "empty" : defaultValue}
                    value={choice.variables[name] ?? ""}
                    onChange={(event) =>
                      onChange({ ...choice, variables: { ...choice.variables, [name]: event.currentTarget.value } })
                    }
                  />
                ))}
              </div>
            </details>
          )}
        </>
      )}
      {onRemove !== undefined && (
        <Button variant="subtle" color="gray" size="xs" mt="sm" onClick={onRemove}>
          Remove this candidate
        </Button>
      )}
    </fieldset>
  );
}

/** Which version; nothing to choose where there is but one. */
function VersionSelect({
  label,
  newest,
  version,
  onChange,
}: {
  label: string;
  newest: Pipeline;
  version: number;
  onChange: (version: number) => void;
}) {
  const { data } = useQuery(
    PipelineService.method.listPipelineVersions,
    { name: newest.name, pageSize: 500 },
    { enabled: newest.version > 1 },
  );
  const older = (data?.pipelines ?? []).filter((one) => one.version < newest.version);
  if (older.length === 0) return null;
  return (
    <Select
      label={`${label} version`}
      data={[
        { value: "0", label: `${newest.version}, the newest` },
        ...older.map((one) => ({ value: String(one.version), label: String(one.version) })),
      ]}
      value={String(version)}
      allowDeselect={false}
      mt="sm"
      maw={240}
      onChange={(next) => onChange(Number(next ?? 0))}
    />
  );
}
