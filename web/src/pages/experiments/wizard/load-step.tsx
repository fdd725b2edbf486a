import { useQuery } from "@connectrpc/connect-query";
import { NumberInput, Select } from "@mantine/core";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { useMemo } from "react";
import { Panel } from "../../../components/panel.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { YamlEditor } from "../../../editor/index.tsx";
import { ownLoad, readOwnLoad } from "./own-load.ts";
import type { StepProps } from "./step-props.ts";
import classes from "./wizard.module.css";

/** Load to put on the hosts for the time of the experiment. */
export function LoadStep({ draft, change }: StepProps) {
  const query = useQuery(PipelineService.method.listLoadProfiles, {});
  return (
    <Panel
      title="Load"
      note="Real processes that make the hosts busy in known ways, under caps of the agents' own; they end with the experiment."
    >
      <QueryView query={query} lines={1}>
        {({ profiles }) => {
          const chosen = profiles.find(({ name }) => name === draft.load);
          return (
            <>
              <Select
                label="Load profile"
                data={[
                  { value: "none", label: "none: the hosts as they are" },
                  ...profiles.map(({ name }) => ({ value: name, label: name })),
                  { value: ownLoad, label: "one of my own, as YAML" },
                ]}
                value={draft.load || "none"}
                allowDeselect={false}
                maw={420}
                onChange={(name) => change({ load: name === null || name === "none" ? "" : name })}
              />
              {draft.load === ownLoad && (
                <OwnLoad text={draft.ownLoad} onChange={(text) => change({ ownLoad: text })} />
              )}
              {draft.load !== "" && (
                <>
                  {chosen !== undefined && <p className={classes.about}>{chosen.description}</p>}
                  <div className={classes.armFields}>
                    <NumberInput
                      label="Processes on each host"
                      description="0 takes the profile's own number."
                      min={0}
                      max={2_000}
                      value={draft.processes}
                      onChange={(next) => change({ processes: Number(next) || 0 })}
                    />
                    <NumberInput
                      label="Seed"
                      description="The same seed makes the same load."
                      min={0}
                      value={draft.seed}
                      onChange={(next) => change({ seed: Number(next) || 0 })}
                    />
                  </div>
                </>
              )}
            </>
          );
        }}
      </QueryView>
    </Panel>
  );
}

/** A load profile to write, with what is wrong with it beside the lines and in words. */
function OwnLoad({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const { marks, profile } = useMemo(() => readOwnLoad(text), [text]);
  return (
    <div className={classes.own}>
      <YamlEditor label="The load profile as YAML" value={text} onChange={onChange} marks={marks} height="300px" />
      {profile !== undefined && (
        <p className={classes.about} role="status" data-testid="own-load-ok">
          {`It can be run: ${profile.name}, ${profile.defaultProcesses} processes where nothing else is said.`}
        </p>
      )}
      {marks.length > 0 && (
        <div className={classes.wrong} role="alert" aria-label="What is wrong with the load profile">
          <ul>
            {marks.map(({ line, column, message }) => (
              <li key={`${line}:${column}:${message}`}>{`Line ${line}, column ${column}: ${message}`}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
