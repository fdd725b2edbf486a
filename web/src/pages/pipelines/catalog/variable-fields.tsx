import { TextInput } from "@mantine/core";
import type { PipelineVariable } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { rangeOf } from "./variables-table.tsx";

/** Fields for values of variables; an empty one takes the default. The server checks what is written. */
export function VariableFields({
  variables,
  values,
  onChange,
}: {
  variables: readonly PipelineVariable[];
  values: Readonly<Record<string, string>>;
  onChange: (values: Record<string, string>) => void;
}) {
  return variables.map((variable) => (
    <TextInput
      key={variable.name}
      label={variable.name}
      description={[variable.help, rangeOf(variable)].filter(Boolean).join(" ")}
      placeholder={variable.defaultValue}
      value={values[variable.name] ?? ""}
      onChange={({ currentTarget: { value } }) => {
        const { [variable.name]: _before, ...others } = values;
        onChange(value === "" ? others : { ...others, [variable.name]: value });
      }}
    />
  ));
}
